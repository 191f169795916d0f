import ArgumentParser
import Attention

/// A command of attnbench: it prints its results on the console that it is given and throws what goes wrong, so that
/// tests can run it in their own process.
protocol Command: ParsableCommand {
    func run(on console: Console) throws
}

/// A kernel computed something else than the reference did.
struct WrongResult: Error, CustomStringConvertible {
    let description: String
}

/// A word where a command should stand.
struct UnknownCommand: Error, CustomStringConvertible {
    let name: String
    let known: [String]

    var description: String {
        let remedy = NearestName.of(name, among: known).map { "did you mean \"\($0)\"?" }
        return "\"\(name)\" is not a command; " + (remedy ?? "there are " + known.joined(separator: ", "))
    }
}
