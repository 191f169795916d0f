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
