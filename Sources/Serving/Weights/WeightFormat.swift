/// How the elements of a matrix are stored, with what belongs to them: scales, zero points, codebooks.
public struct WeightFormat: Sendable, Hashable {
    /// Something stored beside the elements.
    public struct Companion: Sendable, Hashable {
        /// The elements that share one.
        public enum Extent: Sendable, Hashable {
            case matrix
            /// All inputs of an output.
            case row
            /// All outputs of an input.
            case column
            /// So many inputs of one output.
            case group(Int)
            case block(rows: Int, columns: Int)
        }

        public let bits: Double
        public let extent: Extent

        public init(bits: Double, for extent: Extent) {
            self.bits = bits
            self.extent = extent
        }

        func bits(inputs: Int, outputs: Int) -> Double {
            func pieces(_ length: Int, of size: Int) -> Double { Double((length + size - 1) / size) }
            return switch extent {
            case .matrix: bits
            case .row: bits * Double(outputs)
            case .column: bits * Double(inputs)
            case .group(let size): bits * Double(outputs) * pieces(inputs, of: size)
            case .block(let rows, let columns): bits * pieces(outputs, of: rows) * pieces(inputs, of: columns)
            }
        }
    }

    /// Such as "int4, groups of 128".
    public let name: String
    public let bitsPerElement: Double
    public let companions: [Companion]

    public init(_ name: String, bits: Double, _ companions: [Companion] = []) {
        self.name = name
        bitsPerElement = bits
        self.companions = companions
    }

    public init(_ type: StorageType) {
        self.init(
            type.name, bits: type.bitsPerElement,
            type.bitsPerVector > 0 ? [Companion(bits: type.bitsPerVector, for: .row)] : [])
    }

    public func bytes(of matrix: WeightMatrix) -> Double {
        let companions = companions.reduce(0) { $0 + $1.bits(inputs: matrix.inputs, outputs: matrix.outputs) }
        return (bitsPerElement * Double(matrix.parameters) + Double(matrix.copies) * companions) / 8
    }
}
