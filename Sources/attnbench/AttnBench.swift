import ArgumentParser

@main
struct AttnBench: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "attnbench")
}
