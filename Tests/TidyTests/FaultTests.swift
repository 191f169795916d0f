import Testing

/// Each error states its own exit status: the protocol `Fault` asks for one, and no error goes past it.
@Suite struct FaultTests {
    @Test func everyErrorStatesItsExitStatus() {
        for file in Repository.swiftSources where file.path != "Sources/Faults/Fault.swift" {
            for name in errorsWithoutStatus(in: file.text) {
                Issue.record("\(file.path): \(name) is an Error without an exit status; declare it as a Fault")
            }
        }
    }

    @Test(arguments: [
        ("enum A: Error {", ["A"]), ("public struct B: Error, Equatable {", ["B"]), ("extension C: Error {}", ["C"]),
        ("final class D: Base, LocalizedError {", ["D"]), ("struct E:\n    Hashable, Error\n{", ["E"]),
        ("enum F<T: Sendable>: Swift.Error {", ["F"]), ("    private enum G: Error {", ["G"]),
        ("extension H: @retroactive Error {}", ["H"]), ("struct I: CustomNSError {", ["I"]),
        ("enum A: Fault {", []), ("struct B<T: Error> {", []), ("func c<E: Error>(_ e: E) {", []),
        ("struct D: ErrorBars {", []), ("let e: any Error = x {", []), ("/// A struct: Error {", []),
    ]) func findsErrors(source: String, names: [String]) {
        #expect(errorsWithoutStatus(in: source) == names)
    }

    /// Types that conform to one of the library's own error protocols.
    private func errorsWithoutStatus(in text: String) -> [String] {
        let code = text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
        // A name, perhaps generic parameters, then what stands between the colon and the brace.
        let declaration =
            #/\b(?:struct|enum|class|actor|extension)\s+([\w.]+)\s*(?:<[^>{]*>)?\s*:\s*([^{]*?)\s*\{/#
        return code.matches(of: declaration).compactMap { match in
            let isError = match.2.firstMatch(of: #/(?:^|[\s,&.])(?:Error|LocalizedError|CustomNSError)\b/#) != nil
            return isError ? String(match.1) : nil
        }
    }
}
