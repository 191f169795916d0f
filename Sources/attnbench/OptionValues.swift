import ArgumentParser
import Benchmarking

/// What several commands take behind a flag, each read in one way.
enum OptionValues {
    /// Seconds.
    static func duration(_ text: String) throws -> Double {
        guard let seconds = TimeBudget.parse(text) else {
            throw ValidationError("\"\(text)\" is no time; write 500ms, 30s, 5m or 2h")
        }
        return seconds
    }

    /// A fraction, from per cent.
    static func share(_ text: String) throws -> Double {
        guard text.hasSuffix("%"), let percent = Double(text.dropLast()), percent > 0, percent < 100 else {
            throw ValidationError("\"\(text)\" is no share; write 2% or 0.5%")
        }
        return percent / 100
    }

    static func override(_ text: String) throws -> SweepFile.Override {
        guard let override = SweepFile.Override(text) else {
            throw ValidationError("\"\(text)\" sets nothing; write key=value, such as lengths=1K..8K*2")
        }
        return override
    }
}
