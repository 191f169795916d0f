import ArgumentParser
import Attention
import Benchmarking
import Foundation
import Quantities
import Records

/// What several commands take behind a flag, each read in one way.
enum OptionValues {
    /// Seconds.
    static func duration(_ text: String) throws -> Double {
        guard let seconds = TimeBudget.parse(text) else {
            throw ValidationError("\"\(text)\" is no time; \(TimeBudget.form)")
        }
        return seconds
    }

    /// A fraction above 0 and below 1.
    static func share(_ text: String) throws -> Double {
        guard let share = Share.parse(text), share > 0, share < 1 else {
            throw ValidationError("\"\(text)\" is no share above 0 and below 1; write 5% or 0.05")
        }
        return share
    }

    /// - Throws: where one of the options, which are named as users type them, is not a number of things that a command
    ///   can do.
    static func requireCounts(_ counts: KeyValuePairs<String, Int>, atMost most: Int) throws {
        for (name, value) in counts where !(1...most).contains(value) {
            throw ValidationError("--\(name) is \(value); it must be from 1 to \(most)")
        }
    }

    /// Sizes with commas between them, each once.
    @Sendable static func counts(_ text: String) throws -> [Int] {
        Set(try text.split(separator: ",", omittingEmptySubsequences: false).map { try tokenCount(String($0)) })
            .sorted()
    }

    static func override(_ text: String) throws -> SweepFile.Override {
        guard let override = SweepFile.Override(text) else {
            throw ValidationError("\"\(text)\" sets nothing; write key=value, such as lengths=1K..8K*2")
        }
        return override
    }
}

/// Results as a user names them.
enum ResultsPath {
    /// The file itself, or the one in a directory of that name.
    static func file(_ path: String) -> String {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        return exists && isDirectory.boolValue ? (path as NSString).appendingPathComponent("results.jsonl") : path
    }
}
