import Attention
import Kernels
import Records

/// Measures what storing a cache in fewer bits costs in accuracy: pure computation with fixed seeds, apart from any time.
extension CacheQuality {
    /// Of these formats, most bits first, beside 4 and 2 bits in either direction; empty where none of the formats has
    /// fewer than 16 bits, since then nothing is given up for speed.
    ///
    /// - Parameter known: what a results file says already, perhaps not of all: a run can be killed between two lines.
    public static func measured(for formats: Set<CacheFormats>, beside known: [CacheQuality] = []) -> [CacheQuality] {
        guard formats.contains(where: \.areQuantised) else { return [] }
        let names = Set(known.map(\.scheme))
        let missing = CacheScheme.all(with: formats).filter { !names.contains($0.name) }
        return missing.isEmpty ? [] : measured(missing)
    }

    static func measured(_ schemes: [CacheScheme]) -> [CacheQuality] {
        let samples = CacheSample.allCases.map { ($0, $0.heads().map(ExactHead.init)) }
        return schemes.map { scheme in
            CacheQuality(
                scheme: scheme.name, bitsPerElement: scheme.bitsPerElement,
                keysArePerChannel: scheme.keysArePerChannel,
                errors: samples.map { sample, heads in errors(of: scheme, on: heads, of: sample) })
        }
    }

    private static func errors(of scheme: CacheScheme, on heads: [ExactHead], of sample: CacheSample) -> Errors {
        var (keys, values, output) = (RelativeError(), RelativeError(), RelativeError())
        for exact in heads {
            let head = exact.head
            let stored = CacheSample.Head(
                channels: head.channels, queries: head.queries,
                keys: scheme.keys.roundTrip(head.keys, channels: head.channels),
                values: scheme.values.roundTrip(head.values, channels: head.channels))
            keys.add(stored.keys.lazy.map { Double($0) }, against: head.keys.lazy.map { Double($0) })
            values.add(stored.values.lazy.map { Double($0) }, against: head.values.lazy.map { Double($0) })
            output.add(stored.output(), against: exact.output)
        }
        return Errors(sample: sample, keys: keys.value, values: values.value, output: output.value)
    }

    /// A head with the output that all schemes are held against.
    private struct ExactHead {
        let head: CacheSample.Head
        let output: [Double]

        init(_ head: CacheSample.Head) {
            self.head = head
            output = head.output()
        }
    }
}

/// √(Σ (x − exact)² / Σ exact²).
struct RelativeError {
    private var difference = 0.0
    private var size = 0.0

    mutating func add(_ elements: some Sequence<Double>, against exact: some Sequence<Double>) {
        for (element, exact) in zip(elements, exact) {
            difference += (element - exact) * (element - exact)
            size += exact * exact
        }
    }

    /// 0 where zeros alone are expected and met.
    var value: Double { difference == 0 ? 0 : (difference / size).squareRoot() }
}
