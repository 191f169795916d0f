import ArgumentParser
import Attention
import Faults
import Files

/// What becomes of scores before softmax, as flags.
struct ScoreFormOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Limit each score s to less than c by c*tanh(s/c), as Gemma 2 does with 50.", valueName: "c"))
    var softCap: Float?

    @Flag(help: "Lower each score by the distance to its key, with the slopes of ALiBi for these query heads.")
    var alibi = false

    @Option(
        help: ArgumentHelp(
            "Sink logits, [heads] of the queries: each is one more term under softmax.", valueName: "npy"),
        completion: .file(extensions: ["npy"]))
    var sinkLogits: String?

    /// What is there, for a check of the output's path.
    var files: [(name: String, path: String)] { sinkLogits.map { [("sink-logits", $0)] } ?? [] }

    func form() throws -> ScoreForm {
        try ScoreForm(softCap: softCap, hasALiBi: alibi, hasSinkLogits: sinkLogits != nil)
    }

    /// Nil where none are asked for. They are float32 whatever the element type.
    func logits(of problem: AttentionProblem) throws -> Tensor? {
        guard let sinkLogits else { return nil }
        let tensor = try NumPyFile.read(sinkLogits, fewestDimensions: 1)
        let wanted = AttentionInputs.sinkLogitDimensions(problem.shape)
        guard tensor.dimensions == wanted else {
            throw SinkLogitError(found: tensor.dimensions, wanted: wanted)
        }
        return tensor
    }
}

struct SinkLogitError: Fault, Equatable {
    let found: [Int]
    let wanted: [Int]

    var exitStatus: ExitStatus { .usage }

    var description: String {
        "--sink-logits is \(found); with these queries it has to be \(wanted), one number for each query head"
    }
}
