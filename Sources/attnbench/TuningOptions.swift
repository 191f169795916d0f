import ArgumentParser
import Benchmarking
import Faults
import Files
import Foundation
import Records

/// Who chooses the sizes and forms of kernels that are faster on one CPU and slower on another.
struct TuningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            auto measures once which sizes and forms of the kernels are fastest on this machine, and remembers them; off \
            takes what its caches suggest; a file, such as a results file, repeats its choices.
            """, valueName: "auto|off|file"), completion: .file())
    var tuning = "auto"

    func source(on console: Console) throws -> TuningSource {
        switch tuning {
        case "auto": .automatic(TuningMemory(environment: console.environment))
        case "off": .off
        default: .known(try TuningFile.read(tuning))
        }
    }

    /// What gives these options again.
    var words: [String] { tuning == "auto" ? [] : ["--tuning", tuning] }
}

/// A file that has a tuning: the first line of a results file, or a JSON object with the field `tuning`, such as what
/// `attnbench machine --json` prints.
enum TuningFile {
    private struct Contents: Decodable {
        let tuning: Tuning
    }

    static func read(_ path: String) throws -> Tuning {
        let bytes = try InputFile.read(path)
        let firstLine = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let decoder = JSONDecoder()
        guard
            let contents = (try? decoder.decode(Contents.self, from: bytes))
                ?? (try? decoder.decode(Contents.self, from: firstLine))
        else { throw TuningFileError(path: path, reason: "it has no `tuning` that this build understands") }
        if let fault = contents.tuning.implausibility { throw TuningFileError(path: path, reason: fault) }
        return contents.tuning
    }
}

struct TuningFileError: Fault {
    let path: String
    let reason: String

    var exitStatus: ExitStatus { .usage }

    var description: String {
        "cannot take the tuning of \(path): \(reason); give a results file of this version, what `attnbench machine --json` "
            + "prints, auto, or off"
    }
}
