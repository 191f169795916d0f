import Files
import Testing

@Suite struct FoldersUpwardsTests {
    @Test func theNearestComesFirst() {
        #expect("/srv/a/x".foldersUpwards == ["/srv/a/x", "/srv/a", "/srv", "/"])
        #expect("/srv/a/../you/".foldersUpwards == ["/srv/you", "/srv", "/"])
        #expect("/".foldersUpwards == ["/"])
    }

    /// The working directory of a process whose folder was deleted is "".
    @Test(arguments: ["", ".", "..", "x/y"])
    func aPathThatDoesNotBeginAtTheRootHasNone(path: String) {
        #expect(path.foldersUpwards.isEmpty)
    }
}
