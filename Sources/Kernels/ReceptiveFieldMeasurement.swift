import Attention
import Records

extension MeasuredReceptiveField {
    /// Sizes of the masks: large enough for several tiles, small enough that deep stacks still end inside the text.
    private static let (window, sinks, chunk) = (32, 16, 128)

    /// Whether a stack of it says anything: its mask ends before the text does. A decoding step is no layer of a stack.
    public static func isBounded(_ kernel: Kernel) -> Bool {
        kernel.phase == .prefill && !kernel.masks.parameters.isEmpty
    }

    /// Of those kernels whose mask is bounded. The text is longer than any of them can see, and the token is the last one,
    /// or the middle one where the mask looks both ways.
    public static func of(
        _ kernels: [Kernel], layers: Int
    ) throws(UnsupportedProblem) -> [MeasuredReceptiveField] {
        let tokens = 2 * layers * window + sinks + chunk
        let length = (tokens + chunk - 1) / chunk * chunk
        var fields: [MeasuredReceptiveField] = []
        for kernel in kernels where isBounded(kernel) {
            let mask = try mask(of: kernel.masks)
            let position = mask.isCausal ? length - 1 : length / 2
            let stack = try LayerStack(of: kernel, mask: mask, length: length)
            fields.append(
                MeasuredReceptiveField(
                    kernel: kernel.name, mask: mask, length: length, position: position,
                    tokens: stack.tokensReached(from: position, layers: layers)))
        }
        return fields
    }

    private static func mask(of family: MaskFamily) throws(UnsupportedProblem) -> Mask {
        do { return try family.mask([.window: window, .sinks: sinks, .chunk: chunk]) } catch {
            throw UnsupportedProblem("\(error)")
        }
    }
}
