import Analysis
import Drawing
import Escaping
import Quantities
import Records
import Statistics

extension Document {
    /// The report in the order in which a reader asks: what was found, how it looks, the numbers, what is missing, on
    /// what machine, how to do it again, what the numbers mean.
    init(
        _ source: ReportSource, figures: [(figure: Figure, drawn: [FigureFormat])], cautions: [Caution],
        formats: Set<Report.Format>
    ) {
        let (results, analysis) = (source.results, source.analysis)
        let header = results.header
        title = "What attention costs: the \(header.sweep.name) sweep"
        subtitle =
            "\(header.machine.cpuModel), \(header.startedAt), commit \(header.build.commit)"
            + (header.build.dirty ? " with uncommitted changes" : "")
        let headlines = Headlines(source.findings)
        let doubts = (analysis.cautions + cautions + LaunchTables.cautions(results)).map(\.description)
        var blocks: [Block] = headlines.lines.isEmpty ? [] : [.list(headlines.lines)]
        if !doubts.isEmpty { blocks.append(.cautions(doubts)) }
        blocks += figures.map { .figure($0.figure, drawn: $0.drawn) }
        if !headlines.details.isEmpty { blocks += [.heading("Every series"), .list(headlines.details)] }
        blocks += Section.allCases.flatMap(source.findings.blocks)
        if !analysis.absent.isEmpty {
            blocks += [
                .heading("Not measured"),
                .table(caption: AbsentCells.caption, AbsentCells.table(analysis.absent)),
            ]
        }
        blocks += Self.environment(header, analysis)
        if !results.launches.isEmpty {
            blocks.append(.table(caption: "The processes that measured", LaunchTables.launches(results)))
            blocks += .table("What their time went into", LaunchTables.timeSpent(results))
        }
        blocks += [.heading("How to reproduce"), Self.howToRepeat(header.command)]
        blocks += [
            .heading("What the numbers mean"),
            .list(
                Self.meanings + (analysis.isDecode ? Self.decodeMeanings : [])
                    + (analysis.hasLatents ? [Self.latentMeaning] : [])
                    + (analysis.hasGradients ? Self.gradientMeanings : [])
                    + (analysis.stateNote.isEmpty ? [] : Self.stateMeanings)
                    + (analysis.series.contains { $0.parameters.phase == .loss } ? Self.lossMeanings : [])),
        ]
        blocks += [.heading("Raw data"), .links(Self.dataLinks([source], formats))]
        self.blocks = blocks
    }

    /// Results first, then what of the data this report holds beside them.
    static func dataLinks(_ sources: [ReportSource], _ formats: Set<Report.Format>) -> [Link] {
        func named(_ text: String, _ source: ReportSource) -> String {
            sources.count == 1 ? text : "\(source.label): \(text)"
        }
        let results = sources.map { source in
            Link(
                text: named("Every sample, with the evidence beside it (JSON Lines)", source),
                path: source.fileName("results", extension: "jsonl", among: sources))
        }
        let analyses = sources.map { source in
            Link(
                text: named("The analysis (JSON)", source),
                path: source.fileName("analysis", extension: "json", among: sources))
        }
        return results
            + (formats.contains(.json) ? analyses + [Link(text: "One row per cell (JSON)", path: "cells.json")] : [])
            + (formats.contains(.csv)
                ? [
                    Link(text: "One row per cell (CSV)", path: "cells.csv"),
                    Link(text: "One row per sample (CSV)", path: "samples.csv"),
                ] : [])
            + (formats.contains(.tex) ? [Link(text: "Tables and figures for a paper (LaTeX)", path: "report.tex")] : [])
    }

    /// The command that a results file names, as a line that can be pasted whatever the file says: see `ShellCommand`.
    static func howToRepeat(_ line: String) -> Block {
        ShellCommand(line: line).map { .command($0.description) }
            ?? .paragraph("The results contain no command of attnbench, but this text: \(line)")
    }

    private static func environment(_ header: ResultsHeader, _ analysis: ScalingAnalysis) -> [Block] {
        [
            .heading("Environment"), .facts(facts(header, analysis)),
            .table(
                caption: "Checks of the environment (unknown never counts as ok)",
                Table(
                    columns: [.init("check", .left), .init("state", .left), .init("found", .left)],
                    rows: header.machine.checks.map { [$0.name, $0.state.rawValue, $0.detail] })),
        ]
    }

    /// What measured, in the same order for every machine.
    static func facts(_ header: ResultsHeader, _ analysis: ScalingAnalysis) -> [Fact] {
        let (machine, build, ceilings) = (header.machine, header.build, analysis.ceilings)
        let caches = machine.caches.map { "L\($0.level) \(Quantity.bytes($0.bytes)) for \($0.sharedBy) CPU(s)" }
        let pinned = machine.pinnedCPUs.map { "\($0)" }.joined(separator: ", ")
        return [
            Fact(term: "Machine", value: "\(machine.cpuModel), \(machine.architecture)"),
            Fact(term: "Revision", value: machine.cpuRevision ?? "unknown"),
            Fact(term: "Cores", value: "\(machine.physicalCores) physical, \(machine.logicalCPUs) logical"),
            Fact(term: "Caches", value: caches.joined(separator: "; ")),
            Fact(term: "Memory", value: Quantity.bytes(machine.memoryBytes)),
            Fact(term: "Hypervisor", value: machine.hypervisor ?? "unknown"),
            Fact(term: "Kernel", value: machine.kernelRelease),
            Fact(term: "Pinned to CPU", value: pinned.isEmpty ? "not pinned" : pinned),
            Fact(
                term: "Clock",
                value: "\(Quantity.time(nanoseconds: machine.clockResolutionNanoseconds)) resolution, "
                    + "\(Quantity.time(nanoseconds: machine.clockOverheadNanoseconds)) a call"),
            Fact(term: "Measured peak", value: peaks(ceilings)),
            Fact(term: "Measured read bandwidth", value: Quantity.bytes(perSecond: ceilings.readBytesPerSecond)),
        ] + devices(analysis) + [
            Fact(
                term: "Vectors", value: "\(build.simd); the CPU has \(machine.availableVectorLanes) float32 lanes"),
            Fact(term: "Build", value: "\(build.compiler); \(build.flags); for \(machine.instructionSet)"),
            Fact(term: "OpenBLAS core", value: build.blasCore),
        ] + (header.tuning.map { [Fact(term: "Tuning of the kernels", value: "\($0)")] } ?? []) + [
            Fact(term: "Seed", value: "\(header.seed)")
        ]
    }

    private static func peaks(_ ceilings: Ceilings) -> String {
        let rates = ceilings.flopsPerSecond
        return [
            ("float32", rates.float32), ("bfloat16", rates.bfloat16), ("float16", rates.float16),
            ("a register tile of float32", ceilings.tileFLOPsPerSecond),
        ].compactMap { name, rate in rate.map { "\(name) \(Quantity.flops(perSecond: $0))" } }.joined(separator: ", ")
    }

    /// What engines compute on beside the machine's own CPUs, by their word.
    private static func devices(_ analysis: ScalingAnalysis) -> [Fact] {
        var seen = Set<Device>()
        return analysis.series.compactMap(\.device).filter { seen.insert($0).inserted }.map { device in
            let limits = device.ceilings.map {
                "\(peaks($0)), reads \(Quantity.bytes(perSecond: $0.readBytesPerSecond)), as its engine states"
            }
            return Fact(term: "Device", value: "\(device.name): \(limits ?? "its engine does not state its peak")")
        }
    }

    static let meanings = [
        "Pairs: the (query, key) pairs that the mask allows, counted exactly, over all batches and heads. Times are "
            + "compared with them: n(n+1)/2 for causal attention, w(w+1)/2 + (n−w)w for a window of w keys.",
        "FLOPs: 4·d for each useful pair (two products, a multiplication and an addition each), as flash-attention's "
            + "benchmarks count. Softmax is not counted, nor are pairs that a kernel computes and then masks.",
        "Overhead: computed over useful pairs; at 1 no pair is wasted. Peak: useful FLOP/s over the peak that was measured on "
            + "the same cores in the same run; P ranks on P cores have P times the peak of one.",
        "Attainable: the peak, or the measured read bandwidth times the cell's FLOPs per byte if that is less, "
            + "both times the cores. Bytes: queries, outputs, and the keys and values that some query sees, once each.",
        "Median: of one call, with the 95 % interval of the median; a number shows the digits that its interval "
            + "supports. Caches are warm: the same tensors are read in every call.",
        "Verdict: \"matches\" if the 90 % interval of the exponent on the pairs lies inside 0.97 to 1.03, "
            + "\"deviates\" if the 95 % interval lies outside it, else \"undecided\".",
        "Launches: processes that each measure the sweep, with other addresses and another order of cells. With "
            + "several, a median is that over launches and its interval is Student's over their medians (bootstrap "
            + "beyond 20). The variance splits into what differs between launches, between rounds of one, and within a "
            + "round.",
        "Clock: additions that wait for each other, counted for some milliseconds before and after each launch.",
        "Noisy samples: taken while the thread was moved to another CPU, waited for one, or was stopped. They are counted and kept in the "
            + "raw data.",
        "Functions: each is fitted as c · f(n) + a and ranked by AICc; a weight is the probability that it is the best of "
            + "those listed, and these data cannot distinguish functions within 2 of the best.",
        "Forecast ×/÷ f: the time lies between the number divided by f and multiplied by f if the law holds at that length; a "
            + "cache that overflows beyond the measured lengths is not included.",
        "Memory: growth of the process's peak resident memory over what it held before Q, K, V, O and the kernel were "
            + "allocated.",
    ]

    private static let gradientMeanings = [
        "Backward: the gradients of queries, keys and values from that of the output, in five products for each useful pair, 10·d "
            + "FLOPs. The forward pass lies before the call. Training: both passes in one call, 14·d FLOPs; checkpointed: the forward pass twice, 18·d. Bytes are twice those "
            + "of a forward pass, since each tensor has a gradient."
    ]

    private static let stateMeanings = [
        "Linear attention: scores are the weights of values, without softmax, so that a state of d × d elements stands for all earlier "
            + "keys. To read and to update it takes as many FLOPs as d pairs, and a token counts as d pairs."
    ]

    private static let lossMeanings = [
        "Loss: the cross-entropy of a language model's last layer and the gradients of hidden states and classifier, in one call. A "
            + "pair is a token and a word, and n counts the words. FLOPs: 6·D for each pair, three products: logits, and one for each "
            + "gradient. A kernel that computes logits twice needs four products, and reaches three quarters of the peak at most."
    ]

    private static let latentMeaning =
        "Steps over latents: one row of d elements for each cached token is the key of all heads, and its first m elements are the value. "
        + "A pair takes 2·(d + m) FLOPs, and a row is read once for all heads, so that arithmetic is the limit: time is compared with "
        + "pairs, and speed with the peak."

    private static let decodeMeanings = [
        "Decode: one query for each head, the last token, against all cached tokens. Time is compared with the bytes "
            + "that a step must read and write; beyond a window these do not grow, and \"matches\" means that the 90 % "
            + "interval of the exponent on the length lies within ±0.03 of 0.",
        "Bandwidth: these bytes over the time, as a share of the read bandwidth that was measured in the same run from "
            + "memory. A cell that fits a cache finds its keys and values there from the previous step, and may exceed "
            + "100 %; in a model other layers would displace them.",
        "Fits: the smallest cache that can hold what a step reads, by its nominal size. Cells of about that size still miss, since "
            + "the cache holds other data too.",
    ]
}
