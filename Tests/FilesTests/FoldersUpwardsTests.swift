import Files
import Testing

@Suite struct FoldersUpwardsTests {
    @Test func theNearestComesFirst() {
        #expect("/home/me/x".foldersUpwards == ["/home/me/x", "/home/me", "/home", "/"])
        #expect("/home/me/../you/".foldersUpwards == ["/home/you", "/home", "/"])
        #expect("/".foldersUpwards == ["/"])
    }

    /// The working directory of a process whose folder was deleted is "".
    @Test(arguments: ["", ".", "..", "x/y"])
    func aPathThatDoesNotBeginAtTheRootHasNone(path: String) {
        #expect(path.foldersUpwards.isEmpty)
    }
}
