import Foundation
import Testing

@testable import Attention

@Suite struct TensorTests {
    /// Below and above the size from which tensors are mapped.
    @Test(arguments: [[1], [3, 5], [2, 3, 1000, 64]]) func startsAsZerosOnACacheLine(dimensions: [Int]) {
        let tensor = Tensor(dimensions: dimensions)
        #expect(tensor.count == dimensions.reduce(1, *))
        tensor.withFloats { elements in
            #expect(elements.count == tensor.count)
            #expect(elements.allSatisfy { $0 == 0 })
            #expect(Int(bitPattern: elements.baseAddress) % 64 == 0)
        }
    }

    @Test(arguments: [7, 400_000]) func elementsAreWhereTheyWereWritten(count: Int) {
        var tensor = Tensor(dimensions: [count])
        tensor.withMutableFloats { elements in
            for index in elements.indices { elements[index] = Float(index) }
        }
        tensor[0] = -1
        #expect(tensor[0] == -1)
        #expect(tensor[count - 1] == Float(count - 1))
        #expect(tensor.withFloats { $0.dropFirst().elementsEqual((1..<count).map(Float.init)) })
    }

    @Test(arguments: ElementType.allCases) func bytesCoverTheElements(type: ElementType) {
        var tensor = Tensor(type, dimensions: [3, 7])
        #expect(tensor.withBytes { $0.count } == 21 * type.byteCount)
        tensor.withMutableBytes { bytes in
            for index in bytes.indices { bytes[index] = UInt8(index) }
        }
        #expect(tensor.withBytes { Array($0) } == (0..<21 * type.byteCount).map { UInt8($0) })
    }

    @Test func reshapingKeepsElementsAndOrder() {
        var tensor = Tensor(dimensions: [6])
        tensor.withMutableFloats { elements in
            for index in elements.indices { elements[index] = Float(index) }
        }
        tensor.reshape(to: [1, 2, 3])
        #expect(tensor.dimensions == [1, 2, 3])
        #expect(tensor.withFloats { Array($0) } == [0, 1, 2, 3, 4, 5])
    }

    /// bfloat16 has 8 significant bits and float16 has 11: 1 + 2⁻⁹ is rounded to 1 in the one and exact in the other.
    @Test func narrowElementsAreRounded() {
        let value: Float = 1 + 0x1p-9
        var exact = Tensor(dimensions: [2])
        exact[1] = value
        #expect(exact.converted(to: .bfloat16).elements(0..<2) == [0, 1])
        #expect(exact.converted(to: .float16).elements(0..<2) == [0, value])
    }

    @Test func misuseTraps() async {
        await #expect(processExitsWith: .failure) { _ = Tensor(dimensions: [3, 0]) }
        await #expect(processExitsWith: .failure) { _ = Tensor(dimensions: [3])[3] }
        await #expect(processExitsWith: .failure) {
            Tensor(.bfloat16, dimensions: [3]).withFloats { _ in }
        }
        await #expect(processExitsWith: .failure) {
            var tensor = Tensor(dimensions: [3])
            tensor.reshape(to: [4])
        }
    }
}
