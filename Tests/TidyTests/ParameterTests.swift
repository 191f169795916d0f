import Testing

/// What a call says by itself: few parameters, and none that could be taken for its neighbour.
@Suite struct ParameterTests {
    private static let most = 4

    /// More than four are a struct whose name says what they are together. Left out are initialisers that store each thing
    /// that they are given: they are that struct.
    @Test func parametersAreFew() {
        for file in Repository.swiftSources {
            for function in SwiftSource(file.text).functions where !function.isMemberwise {
                let count = function.parameters.count
                #expect(
                    count <= Self.most, "\(file.path):\(function.line) \(function.name) has \(count) parameters")
            }
        }
    }

    /// Two values of one type that stand side by side without a label can be given the wrong way round, and the compiler
    /// does not see it. Operators have no labels.
    @Test func parametersOfOneTypeHaveLabels() {
        for file in Repository.swiftSources {
            for function in SwiftSource(file.text).functions where function.name.first?.isLetter ?? false {
                let bare = function.parameters.filter { $0.label == nil }.map(\.type)
                #expect(
                    Set(bare).count == bare.count,
                    "\(file.path):\(function.line) \(function.name) has two parameters of one type without labels")
            }
        }
    }

    @Test(
        arguments: [
            ("func a(_ x: Int, _ y: Int) {}", "a", [nil, nil], ["Int", "Int"]),
            (
                "  init?(\n    _ x: [Int: String] = [:], by y: (Int, Int) -> Void\n  )", "init?", [nil, "by"],
                ["[Int: String]", "(Int, Int) -> Void"]
            ),
            ("static func b<T: Hashable>(of x: Pair<T, Int>, _ y: inout T)", "b", ["of", nil], ["Pair<T, Int>", "T"]),
            ("subscript(row: Int, column: Int) -> Int", "subscript", [nil, nil], ["Int", "Int"]),
            ("func c(_ body: @escaping (Int) -> Void, at: Int)", "c", [nil, "at"], ["(Int) -> Void", "Int"]),
            ("func d(text: String = \"a, b: (\") // , _ x: Int", "d", ["text"], ["String"]),
        ] as [(String, String, [String?], [String])])
    func findsParameters(source: String, name: String, labels: [String?], types: [String]) throws {
        let functions = SwiftSource(source).functions
        let function = try #require(functions.first)
        #expect(functions.count == 1 && function.name == name)
        #expect(function.parameters.map(\.label) == labels)
        #expect(function.parameters.map(\.type) == types)
    }

    @Test(arguments: [
        ("init(a: Int, b: Int) {\n    self.a = a\n    self.b = b\n}", true),
        (
            "init(a: Int, b c: Int?) throws(E) {\n    guard a > 0 else { throw .a }\n    (self.a, x) = (a, 1)\n    b = c ?? 2\n}",
            true
        ),
        ("init(a: Int, b: Int) {\n    self.a = a + b\n}", false),
        ("func f(a: Int) {\n    self.a = a\n}", false),
        ("init(a: Int)\nfunc f() {\n    x = y\n}", false),
    ]) func knowsInitialisersThatStore(source: String, isMemberwise: Bool) {
        #expect(SwiftSource(source).functions[0].isMemberwise == isMemberwise)
    }

    @Test func callsAreNoDeclarations() {
        #expect(SwiftSource("self.init(a, b)\nlet x = Foo.init(1, 2)\nx.subscript(1)").functions.isEmpty)
        #expect(SwiftSource("let x = \"func a(b: Int)\" /* func c() */").functions.isEmpty)
    }
}
