import Serving
import Statistics

/// A KV cache as an article wrote it down: every layer full, one width, one number of bits, weights as stated.
struct Napkin: Sendable, Hashable {
    let title: String
    let layers: Int
    /// Elements of one key of one layer, all heads.
    let keyWidth: Int
    let bits: Double
    let weightBytes: Double

    init(title: String, layers: Int, keyWidth: Int, bits: Double, weightBytes: Double) {
        self.title = title
        self.layers = layers
        self.keyWidth = keyWidth
        self.bits = bits
        self.weightBytes = weightBytes
    }

    /// "How much does a 10 million token context window actually cost?" (Society's Backend, 2025): Llama 4 Scout guessed
    /// from Llama 3, 8 heads of 128, everything in 4 bits.
    static let societysBackend = Napkin(
        title: "How much does a 10 million token context window actually cost?", layers: 40, keyWidth: 8 * 128, bits: 4,
        weightBytes: 55e9)

    /// "Llama 4 and the 10 Million-Token Context: An Engineering Reality Check" (Unboxing LLMs, April 2025): the width of
    /// a key taken as hidden / KV heads = 5120 / 8, the weights as the 17 billion active parameters in 16 bits.
    static let unboxingLLMs = Napkin(
        title: "Llama 4 and the 10 Million-Token Context: An Engineering Reality Check", layers: 48,
        keyWidth: 5120 / 8, bits: 16, weightBytes: 34e9)

    func with(bits: Double) -> Napkin {
        Napkin(title: title, layers: layers, keyWidth: keyWidth, bits: bits, weightBytes: weightBytes)
    }

    var bytesPerToken: Double { 2 * Double(layers * keyWidth) * bits / 8 }

    func cacheBytes(tokens: Int) -> Double { bytesPerToken * Double(tokens) }

    /// Tokens whose cache fits beside the weights.
    func longestContext(on deployment: Deployment) -> Int {
        max(0, Int(saturating: (deployment.usableBytes - weightBytes) / bytesPerToken))
    }

    /// Accelerators that hold weights and cache, not rounded.
    func accelerators(tokens: Int, like deployment: Deployment) -> Double {
        (cacheBytes(tokens: tokens) + weightBytes) / deployment.with(count: 1).usableBytes
    }
}
