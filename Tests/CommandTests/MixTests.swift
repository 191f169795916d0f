import Attention
import Benchmarking
import Foundation
import Kernels
import Serving
import Statistics
import TestSupport
import Testing

@testable import attnbench

@Suite struct MixTests {
    /// Times that are known: 10 ps a FLOP, a fifth more for states, and a stack that takes 1 % more than its parts.
    private static func study(_ mix: String?, _ options: String = "", lengths: [Int]) throws -> MixStudy {
        let named = try MixLayerOptions.parse(options.split(separator: " ").map(String.init))
            .mix(mix, among: Kernel.builtIn)
        var study = MixStudy(
            of: MixStudy.Plan(
                name: named.name, mix: named.mix, lengths: lengths, limits: MixStudy.Limits(rounds: 15)), threads: 1)
        func near(_ value: Double) -> Estimate { Estimate(logHalfWidth: 0.01, around: value, level: 0.95) }
        for length in lengths {
            let calls = study.kinds.map { kind -> Double in
                let heads = kind.layer.heads
                let pairs = kind.layer.weighting.predictedPairs(
                    PairCount(mask: kind.layer.mask, length: length), heads, phase: .prefill)
                return 10e-12 * 4 * Double(heads.dimension) * pairs * (kind.layer.weighting.hasState ? 1.2 : 1)
            }
            let sum = zip(study.kinds, calls).reduce(0) { $0 + Double($1.0.layers) * $1.1 }
            let full = zip(study.kinds, calls).reduce(0) { $1.0.layer.isFull ? $0 + Double($1.0.layers) * $1.1 : $0 }
            study.costs.append(
                MixCost(
                    length: length, rounds: 15, kinds: calls.map(near), sum: near(sum), stack: near(1.01 * sum),
                    stackOverSum: near(1.01),
                    speedUp: near(Double(study.order.count) * calls[study.full] / (1.01 * sum)),
                    fullShare: full > 0 ? near(full / sum) : nil))
        }
        return study
    }

    @Test(arguments: [80, 120]) func tablesAreAsReviewed(width: Int) throws {
        let octaves = [1, 2, 4, 8, 16].map { $0 << 10 }
        var texts = [
            MixTable(MixFindings(try Self.study("full:1,gated-delta:3", lengths: octaves), forecastLengths: [1 << 20]))
                .text(width: width)
        ]
        var gemma = try Self.study(nil, "--model gemma-3-27b", lengths: [1024, 4096])
        gemma.skipped = [SkippedMix(length: 8192, reason: "it takes 9.00 GiB of memory, and 8.00 GiB are free")]
        texts.append(MixTable(MixFindings(gemma, forecastLengths: [1 << 20, 10 << 20])).text(width: width))
        let none = try Self.study("sliding-window:1,linear:1", "--window 128", lengths: [64])
        texts.append(MixTable(MixFindings(none, forecastLengths: [])).text(width: width))
        let text = texts.joined(separator: "\n\n")
        #expect(text == Golden.text("mix-\(width)", updatingTo: text))
        for line in text.split(separator: "\n") { #expect(line.count <= width, "\(line)") }
    }

    /// What is measured of each model of the catalogue, or why nothing is.
    @Test func mixesOfModelsAreAsReviewed() throws {
        let lines = ModelCatalogue.shipped.models.map { model -> String in
            do {
                let mix = try LayerMix(layers: model.attendingLayers(), .prefill, among: Kernel.builtIn)
                let kinds = zip(mix.kinds, zip(mix.counts, mix.totals)).map { kind, counts in
                    let heads = kind.layer.heads
                    return
                        "\(kind.label) \(counts.0) of \(counts.1), \(heads.query):\(heads.keyValue) × \(heads.dimension)"
                }
                return "\(model.id): a stack of \(mix.order.count); " + kinds.joined(separator: "; ")
            } catch {
                return "\(model.id): \(error)"
            }
        }
        let text = lines.map { $0 + "\n" }.joined()
        #expect(text == Golden.text("mix-models", updatingTo: text))
    }

    @Test func printsTimesOfEachKind() throws {
        let session = Session(
            "mix full:1,sliding-window:2 --window 16 --lengths 32..128*2 --head-dimension 16 --rounds 6 --no-pin --tuning off"
        )
        #expect(session.status == .done, "\(session.messages)")
        #expect(session.messages.contains("measuring 128 tokens\n"))
        for row in ["1 × full ", "2 × sliding-window\\(16\\) ", "sum of 3 calls ", "stack of 3 layers "] {
            #expect(session.output.matches(of: try Regex(row)).count >= 3, "\(row)\n\(session.output)")
        }
        #expect(session.output.contains("3 layers, 2 × sliding-window(16), 1 × full"))
        #expect(session.output.contains("1 full layer in 3 takes"))
    }

    @Test func jsonReadsBack() throws {
        let session = Session(
            "mix decode-full:1,decode-gated-delta:3 --lengths 64 --heads 4 --kv-heads 2 --rounds 6 --no-pin --tuning off "
                + "--quiet --json")
        #expect(session.messages.isEmpty)
        let summary = try JSONDecoder().decode(MixFindings.Summary.self, from: Data(session.output.utf8))
        #expect(summary.study.kinds.map(\.layers) == [1, 3] && summary.study.phase == .decode)
        #expect(summary.study.kinds[0].layer.heads.keyValue == 2 && summary.study.costs[0].rounds == 6)
        #expect(summary.forecasts.isEmpty && summary.fasterFrom == nil)
    }

    @Test(arguments: [
        ("mix", "give either a mix"), ("mix full:1,gated-delta:3 --model gemma-3-4b", "give either a mix"),
        ("mix full:0,gated-delta:3", "full:0 is no number of layers; give one from 1 to 1000"),
        ("mix full:5000,gated-delta:3", "full:5000 is no number of layers"),
        ("mix ful:1,gated-delta:3", "\"ful\" is not a kernel; did you mean \"full\"?"),
        ("mix full", "\"full\" is no kernel with a number of layers"), ("mix full:2", "all layers are full"),
        ("mix full:1,decode-full:2", "full reads a prompt and decode-full decodes one token"),
        ("mix full:1,gated-delta:3 --window 64", "no layer of full and gated-delta takes --window; leave it out"),
        ("mix full:1,gated-delta:3 --blocks 64", "no layer of full and gated-delta takes --blocks"),
        ("mix full:1,sliding-window:3", "sliding-window needs --window"),
        ("mix full:1,gated-delta:3 --heads 3 --kv-heads 2", "3 query heads cannot share 2"),
        ("mix full:1,gated-delta:3 --rounds 5", "--rounds is 5; it must be from 6"),
        ("mix full:1,gated-delta:3 --lengths 4K..1K*2", "runs backwards"),
        ("mix full:1,gated-delta:3 --forecast 0", "--forecast is 0"),
        ("mix full:1,gated-delta:3 --phase decode", "--phase needs --model"),
        ("mix --model gemma-3-4b --window 64", "the model says what --window is"),
        ("mix --model gemma-3-4b --phase backward", "write prefill or decode"),
        ("mix --model deepseek-v3", "deepseek-v3 has 61 layers of latent attention"),
        ("mix --model llama-3.1-8b", "all layers are full"),
        ("mix --model llama-4-scout --phase decode", "no kernel here decodes with layers of chunked-local(8192)"),
        ("mix --model no-such-model", "is not a model"),
    ]) func mistakesAreNamed(line: String, complaint: String) {
        let session = Session(line + " --no-pin --tuning off")
        #expect(session.status == .usage)
        #expect(session.messages.contains(complaint), "\(session.messages)")
    }
}
