import Attention
import Records
import Statistics
import Testing
import TestSupport

@testable import Reporting
@testable import Drawing

/// A study whose numbers are planted: errors halve with each size, and time doubles.
@Suite struct ApproximationReportTests {
    private typealias Approximation = ApproximationStudy.Approximation

    private static func ratio(_ value: Double) -> Estimate {
        Estimate(value: value, low: value * 0.98, high: value * 1.02, level: 0.95)
    }

    private static func quality(error: Double, mass: Double) -> ApproximationQuality {
        ApproximationQuality(
            error: error, rowErrors: [0, error / 2, error, 2 * error], masses: [mass / 2, mass, (1 + mass) / 2, 1])
    }

    private static func one(
        _ kernel: String, _ mask: Mask, selection: BlockSelection? = nil, error: Double, time: Double
    ) -> Approximation {
        Approximation(
            kernel: kernel, mask: mask, selection: selection, quality: quality(error: error, mass: max(0, 1 - error)),
            pairShare: 0.9 * time, nanoseconds: ratio(time * 4e6), timeRatio: ratio(time))
    }

    private static func study(_ approximations: [Approximation]) throws -> ApproximationStudy {
        let shape = try AttentionShape(
            queryHeads: 12, keyValueHeads: 12, queryLength: 512, headDimension: 32)
        return ApproximationStudy(
            activations: "layer 3 of a model reading a text",
            problem: try AttentionProblem(shape: shape, mask: .causal),
            comparedRows: 6144, threads: 1, processor: "a CPU", fullNanoseconds: ratio(4e6),
            approximations: approximations)
    }

    private static func planted() throws -> ApproximationStudy {
        var all: [Approximation] = []
        for (index, size) in [16, 32, 64, 128, 256].enumerated() {
            let (fall, rise) = (Double(1 << index), Double(1 << (4 - index)))
            let chunk = try MaskFamily.chunkedLocal.mask([.chunk: size])
            all.append(one("sliding-window", .slidingWindow(size), error: 0.8 / fall, time: 0.9 / rise))
            all.append(
                one("attention-sink", .attentionSink(sinks: 4, window: size), error: 0.4 / fall, time: 0.95 / rise))
            all.append(one("chunked-local", chunk, error: 0.95 / fall, time: 0.7 / rise))
        }
        let selected: [(blocks: Int, length: Int, error: Double, time: Double)] = [
            (2, 16, 0.3, 1.1), (4, 16, 0.2, 1.3), (8, 16, 0.1, 1.7), (2, 32, 0.28, 0.9), (4, 32, 0.15, 1.2),
        ]
        for (blocks, length, error, time) in selected {
            let selection = try BlockSelection(blocks: blocks, blockLength: length)
            all.append(one("top-k-blocks", .causal, selection: selection, error: error, time: time))
        }
        return try study(all.sorted { $0.kernel < $1.kernel })
    }

    @Test func figuresAreAsReviewed() throws {
        let figure = try #require(Figure.all(for: try Self.planted()).first)
        #expect(figure.script == Golden.text("approximations.gp", updatingTo: figure.script))
        #expect(figure.data == Golden.text("approximations.csv", updatingTo: figure.data))
    }

    @Test(arguments: [80, 140]) func textIsAsReviewed(width: Int) throws {
        let text = TerminalDocument.text(ApproximationDocument.document(try Self.planted()), width: width)
        #expect(text == Golden.text("approximations-\(width)", updatingTo: text))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width })
    }

    /// A shape and a dash of its own for each kernel; of one kernel, filled and open marks.
    @Test func nothingIsToldByColourAlone() throws {
        let plot = try #require(ApproximationFigure.plot(try Self.planted()))
        let styles = plot.traces.filter { $0.kind == .measured }.map(\.style)
        #expect(styles.count == 5 && Set(styles.map { [$0.filledMark, $0.openMark ?? 0] }).count == 5)
        #expect(plot.traces.filter { $0.kind == .measured }.flatMap(\.rows).allSatisfy { $0.remark != nil })
    }

    /// Nothing and next to nothing have no place on a logarithmic axis, and are named below the figure.
    @Test func errorsThatAreNoneAreLeftOffTheAxis() throws {
        let study = try Self.study([
            Self.one("sliding-window", .slidingWindow(64), error: 0.1, time: 0.5),
            Self.one("sliding-window", .slidingWindow(511), error: 1e-9, time: 0.99),
            Self.one("sliding-window", .slidingWindow(512), error: 0, time: 1),
        ])
        let plot = try #require(ApproximationFigure.plot(study))
        #expect(plot.y.low > 1 && plot.y.high < 100 && plot.y.low < plot.y.high)
        #expect(plot.traces.flatMap(\.rows).allSatisfy { $0.y == 10 })
        #expect(
            plot.notes == [
                "Not on the axis, because their outputs differ by less than float32 rounds: sliding-window(511) and "
                    + "sliding-window(512)."
            ])
        #expect(
            Figure.all(for: try Self.study([Self.one("sliding-window", .slidingWindow(512), error: 0, time: 1)]))
                .isEmpty)
    }

    /// The finding is computed, and an interval that reaches over a limit does not count.
    @Test func theTitleSaysWhatWasFound() throws {
        func finding(_ times: (Double, Double)) throws -> String {
            ApproximationDocument.finding(
                try Self.study([
                    Self.one("sliding-window", .slidingWindow(64), error: 0.3, time: times.0),
                    Self.one("attention-sink", .attentionSink(sinks: 4, window: 64), error: 0.1, time: times.1),
                ]))
        }
        #expect(
            try finding((0.3, 0.4))
                == "Of what takes at most half the time of full attention (95 %), attention-sink(4+64) has the smallest error: 10 % of the output, with "
                + "83 % of the softmax mass")
        #expect(
            try finding((0.3, 0.495)).hasPrefix(
                "Of what takes at most half the time of full attention (95 %), sliding-window(64) has"))
        #expect(
            try finding((0.8, 0.7)).hasPrefix(
                "Of what takes less than the time of full attention (95 %), attention-sink(4+64) has"))
        #expect(try finding((1.2, 1.3)) == "No approximation is faster than full attention over 512 tokens")
    }

    @Test func equalKeysAreHeldBesideOneAnother() throws {
        let sentences = ApproximationDocument.sentences(try Self.planted())
        #expect(sentences.count == 3)
        #expect(
            sentences[1]
                == "4 sinks take the error of a window of 64 keys from 20 % to 10 %, and its kept mass from 78 % to 83 %."
        )
        #expect(
            sentences[2].hasPrefix(
                "top-k-blocks(8×16) has an error of 10 % in 1.70× [1.67, 1.73] the time of full attention,"))
    }
}
