/// A layer that carries a state of fixed size from token to token, in place of a cache or beside it: state-space models,
/// linear attention, short convolutions.
///
/// The state is counted in float32, which the reference implementations keep it in, and the last inputs of the convolution
/// in 16 bits. The FLOPs of the state are those of its recurrence, two for a multiply-add; a chunked kernel does more.
public enum Recurrence: Sendable, Hashable {
    /// Mamba (arXiv 2312.00752) as Jamba has it.
    case mamba(Mamba)
    /// Mamba-2 (arXiv 2405.21060).
    case mamba2(Mamba2)
    /// Gated delta rule (arXiv 2412.06464) as Qwen3-Next has it.
    case gatedDelta(GatedDelta)
    /// Kimi delta attention (arXiv 2510.26692): a decay for each channel, from projections of low rank.
    case kimiDelta(heads: Int, headDimension: Int, convolution: Int)
    /// Lightning attention (arXiv 2401.04658) as MiniMax has it.
    case lightning(heads: Int, headDimension: Int)
    /// A gated convolution over the last few tokens, in all channels (LFM2).
    case shortConvolution(channels: Int, length: Int)

    public struct Mamba: Sendable, Hashable {
        public let inner: Int
        public let state: Int
        public let convolution: Int
        public let stepRank: Int
    }

    public struct Mamba2: Sendable, Hashable {
        public let heads: Int
        public let headDimension: Int
        public let state: Int
        public let groups: Int
        public let convolution: Int

        var inner: Int { heads * headDimension }
        /// Channels of the convolution: the inputs and both sides of the state.
        var mixed: Int { inner + 2 * groups * state }
    }

    public struct GatedDelta: Sendable, Hashable {
        public let keyHeads: Int
        public let valueHeads: Int
        public let keyDimension: Int
        public let valueDimension: Int
        public let convolution: Int

        var keys: Int { keyHeads * keyDimension }
        var values: Int { valueHeads * valueDimension }
    }

    public var name: String {
        switch self {
        case .mamba: "Mamba"
        case .mamba2: "Mamba-2"
        case .gatedDelta: "gated delta rule"
        case .kimiDelta: "Kimi delta attention"
        case .lightning: "lightning attention"
        case .shortConvolution: "short convolution"
        }
    }

    public func projections(hidden: Int) -> [Projection] {
        switch self {
        case .mamba(let mamba):
            [
                Projection("in_proj", inputs: hidden, outputs: 2 * mamba.inner),
                Projection("x_proj", inputs: mamba.inner, outputs: mamba.stepRank + 2 * mamba.state),
                Projection("dt_proj", inputs: mamba.stepRank, outputs: mamba.inner),
                Projection("out_proj", inputs: mamba.inner, outputs: hidden),
            ]
        case .mamba2(let mamba):
            [
                Projection("in_proj", inputs: hidden, outputs: mamba.inner + mamba.mixed + mamba.heads),
                Projection("out_proj", inputs: mamba.inner, outputs: hidden),
            ]
        case .gatedDelta(let delta):
            [
                Projection("in_proj_qkvz", inputs: hidden, outputs: 2 * delta.keys + 2 * delta.values),
                Projection("in_proj_ba", inputs: hidden, outputs: 2 * delta.valueHeads),
                Projection("out_proj", inputs: delta.values, outputs: hidden),
            ]
        case .kimiDelta(let heads, let headDimension, _):
            ["q_proj", "k_proj", "v_proj"].map { Projection($0, inputs: hidden, outputs: heads * headDimension) }
                + ["f", "g"].flatMap {
                    [
                        Projection("\($0)_a_proj", inputs: hidden, outputs: headDimension),
                        Projection("\($0)_b_proj", inputs: headDimension, outputs: heads * headDimension),
                    ]
                } + [
                    Projection("b_proj", inputs: hidden, outputs: heads),
                    Projection("o_proj", inputs: heads * headDimension, outputs: hidden),
                ]
        case .lightning(let heads, let headDimension):
            [
                Projection("qkv_proj", inputs: hidden, outputs: 3 * heads * headDimension),
                Projection("output_gate", inputs: hidden, outputs: heads * headDimension),
                Projection("out_proj", inputs: heads * headDimension, outputs: hidden),
            ]
        case .shortConvolution(let channels, _):
            [
                Projection("in_proj", inputs: hidden, outputs: 3 * channels),
                Projection("out_proj", inputs: channels, outputs: hidden),
            ]
        }
    }

    /// Weights that are no linear layer: the convolution, decay rates, step sizes.
    public var otherParameters: Int {
        switch self {
        case .mamba(let mamba): mamba.inner * (mamba.convolution + mamba.state + 3)
        case .mamba2(let mamba): mamba.mixed * (mamba.convolution + 1) + 3 * mamba.heads + mamba.inner
        case .gatedDelta(let delta):
            (2 * delta.keys + delta.values) * delta.convolution + 2 * delta.valueHeads + delta.valueDimension
        case .kimiDelta(let heads, let headDimension, let convolution):
            heads * headDimension * (3 * convolution + 1) + heads + headDimension
        case .lightning(let heads, let headDimension): heads * headDimension
        case .shortConvolution(let channels, let length): channels * length
        }
    }

    public var stateElements: Int {
        switch self {
        case .mamba(let mamba): mamba.inner * mamba.state
        case .mamba2(let mamba): mamba.inner * mamba.state
        case .gatedDelta(let delta): delta.values * delta.keyDimension
        case .kimiDelta(let heads, let headDimension, _), .lightning(let heads, let headDimension):
            heads * headDimension * headDimension
        case .shortConvolution: 0
        }
    }

    /// Inputs that the convolution keeps.
    public var convolutionElements: Int {
        switch self {
        case .mamba(let mamba): mamba.inner * (mamba.convolution - 1)
        case .mamba2(let mamba): mamba.mixed * (mamba.convolution - 1)
        case .gatedDelta(let delta): (2 * delta.keys + delta.values) * (delta.convolution - 1)
        case .kimiDelta(let heads, let headDimension, let convolution): 3 * heads * headDimension * (convolution - 1)
        case .lightning: 0
        case .shortConvolution(let channels, let length): channels * (length - 1)
        }
    }

    public var stateBytes: Int { 4 * stateElements + 2 * convolutionElements }

    /// The recurrence alone: decay, update and read-out of each element of the state. The projections count with the
    /// matrices.
    public var flopsPerToken: Double {
        let perElement =
            switch self {
            case .mamba, .mamba2: 6
            case .gatedDelta, .kimiDelta: 7
            case .lightning: 5
            case .shortConvolution: 0
            }
        return Double(perElement) * Double(stateElements) + 2 * Double(convolutionElements)
    }
}
