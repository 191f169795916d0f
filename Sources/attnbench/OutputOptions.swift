import ArgumentParser
import Benchmarking
import Escaping

/// How a command prints.
struct OutputOptions: ParsableArguments {
    enum Color: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    @Flag(name: .long, help: "Print only results, without progress and remarks.")
    var quiet = false

    @Option(name: .long, help: "When to print in colour: auto means on a terminal, unless NO_COLOR is set.")
    var color: Color = .auto

    /// Lines that replace each other on a terminal, lines below each other elsewhere, nothing with `--quiet`.
    func progress(on console: Console) -> any ProgressObserver {
        if quiet { return SilentProgress() }
        return TextProgress(
            console.messagesAreTerminal ? .terminal(columns: console.width) : .lines,
            write: { console.messages($0) })
    }

    /// NO_COLOR counts when it is set and not empty (no-color.org); an explicit `always` is stronger.
    func paint(on console: Console) -> Paint {
        switch color {
        case .always: Paint(isOn: true)
        case .never: Paint(isOn: false)
        case .auto: Paint(isOn: console.outputIsTerminal && console.environment["NO_COLOR", default: ""].isEmpty)
        }
    }
}

/// Colours for the few words that must not be overlooked.
struct Paint {
    enum Hue: Int { case red = 31, green = 32, yellow = 33 }

    let isOn: Bool

    func callAsFunction(_ text: String, _ hue: Hue) -> Columns.Cell {
        Columns.Cell(text, hue: isOn ? hue : nil)
    }
}
