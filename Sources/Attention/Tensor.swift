import Foundation

/// Owned storage for the elements of one tensor: aligned to a cache line, zeroed, freed once.
///
/// All but small tensors are mapped straight from the kernel: their pages are first touched by whoever writes them
/// first, and they return to the system at once when freed, so that a later measurement of resident memory is not
/// blurred by a heap that keeps them. Whole huge pages are advised to be such; the rest is in small ones, so that a tensor
/// takes the memory of its elements and not up to twice as much.
public struct Tensor: ~Copyable, @unchecked Sendable {
    public let elementType: ElementType
    /// Sizes, outermost first, row-major.
    public private(set) var dimensions: [Int]
    private let storage: UnsafeMutableRawBufferPointer
    /// What `storage` lies in, where it was mapped rather than allocated.
    private let mapping: UnsafeMutableRawBufferPointer?

    private static let mappingThreshold = 64 << 10
    private static let hugePage = 2 << 20

    /// - Precondition: every dimension is at least 1 (a tensor is never empty).
    public init(_ elementType: ElementType = .float32, dimensions: [Int]) {
        precondition(
            !dimensions.isEmpty && dimensions.allSatisfy { $0 > 0 },
            "a tensor has at least one element, not \(dimensions)")
        self.elementType = elementType
        self.dimensions = dimensions
        // One line of slack behind the last element: a vector load that starts inside the tensor stays inside.
        let byteCount = dimensions.reduce(1, *) * elementType.byteCount + 64
        if byteCount < Self.mappingThreshold {
            storage = .allocate(byteCount: byteCount, alignment: 64)
            storage.initializeMemory(as: UInt8.self, repeating: 0)
            mapping = nil
        } else {
            (mapping, storage) = Self.map(byteCount, dimensions)
        }
    }

    /// Zeroed pages of the system's, the first at a huge page's boundary: without that, the system could not back the
    /// ends of a tensor with huge pages.
    private static func map(
        _ byteCount: Int, _ dimensions: [Int]
    ) -> (mapping: UnsafeMutableRawBufferPointer, storage: UnsafeMutableRawBufferPointer) {
        let rounded = (byteCount + hugePage - 1) / hugePage * hugePage
        let mapped = mmap(nil, rounded + hugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapped, mapped != MAP_FAILED else {
            fatalError(
                "cannot map \(rounded) bytes for a tensor of \(dimensions): \(String(cString: strerror(errno)))")
        }
        let start = mapped.alignedUp(toMultipleOf: hugePage)
        _ = madvise(start, byteCount / hugePage * hugePage, MADV_HUGEPAGE)
        return (
            UnsafeMutableRawBufferPointer(start: mapped, count: rounded + hugePage),
            UnsafeMutableRawBufferPointer(start: start, count: rounded)
        )
    }

    deinit {
        if let mapping { munmap(mapping.baseAddress!, mapping.count) } else { storage.deallocate() }
    }

    public var count: Int { dimensions.reduce(1, *) }

    /// The same elements in the same order under other sizes.
    ///
    /// - Precondition: the sizes hold as many elements as before.
    public mutating func reshape(to dimensions: [Int]) {
        precondition(
            dimensions.allSatisfy { $0 > 0 } && dimensions.reduce(1, *) == count,
            "\(self.dimensions) cannot be seen as \(dimensions)")
        self.dimensions = dimensions
    }

    /// An element as float32; setting rounds it to the tensor's type.
    public subscript(index: Int) -> Float {
        get {
            precondition(index >= 0 && index < count, "element \(index) of \(count)")
            return switch elementType {
            case .float32: storage.load(fromByteOffset: index * 4, as: Float.self)
            case .bfloat16: Float(storage.load(fromByteOffset: index * 2, as: BFloat16.self))
            case .float16: Float(storage.load(fromByteOffset: index * 2, as: Float16.self))
            }
        }
        set {
            precondition(index >= 0 && index < count, "element \(index) of \(count)")
            switch elementType {
            case .float32: storage.storeBytes(of: newValue, toByteOffset: index * 4, as: Float.self)
            case .bfloat16: storage.storeBytes(of: BFloat16(newValue), toByteOffset: index * 2, as: BFloat16.self)
            case .float16: storage.storeBytes(of: Float16(newValue), toByteOffset: index * 2, as: Float16.self)
            }
        }
    }

    /// Some elements, widened.
    public borrowing func elements(_ range: Range<Int>) -> [Float] {
        guard elementType == .float32 else { return range.map { self[$0] } }
        return withFloats { Array($0[range]) }
    }

    /// The `count` elements from `start` on, widened into `target`, without an allocation.
    public borrowing func copy(_ start: Int, into target: UnsafeMutableBufferPointer<Float>, count: Int) {
        precondition(start >= 0 && start + count <= self.count && count <= target.count, "elements past the end")
        let bytes = UnsafeRawPointer(storage.baseAddress!)
        switch elementType {
        case .float32:
            for index in 0..<count { target[index] = bytes.load(fromByteOffset: (start + index) * 4, as: Float.self) }
        case .bfloat16:
            for index in 0..<count {
                target[index] = Float(bytes.load(fromByteOffset: (start + index) * 2, as: BFloat16.self))
            }
        case .float16:
            for index in 0..<count {
                target[index] = Float(bytes.load(fromByteOffset: (start + index) * 2, as: Float16.self))
            }
        }
    }

    /// Takes these in the place of all its elements, each rounded to the tensor's type.
    public mutating func replaceElements(with elements: UnsafeBufferPointer<Float>) {
        precondition(elements.count == count, "\(elements.count) elements are not \(dimensions)")
        switch elementType {
        case .float32: storage.copyMemory(from: UnsafeRawBufferPointer(elements))
        case .bfloat16:
            for (index, element) in elements.enumerated() {
                storage.storeBytes(of: BFloat16(element), toByteOffset: index * 2, as: BFloat16.self)
            }
        case .float16:
            for (index, element) in elements.enumerated() {
                storage.storeBytes(of: Float16(element), toByteOffset: index * 2, as: Float16.self)
            }
        }
    }

    /// The same elements, each rounded to another type.
    public borrowing func converted(to elementType: ElementType) -> Tensor {
        var result = Tensor(elementType, dimensions: dimensions)
        for index in 0..<count { result[index] = self[index] }
        return result
    }

    /// This tensor where it has that type already, else its elements rounded to it.
    public consuming func stored(as elementType: ElementType) -> Tensor {
        elementType == self.elementType ? self : converted(to: elementType)
    }

    /// The elements in memory order. The pointer is the caller's for the duration of `body` only.
    public borrowing func withFloats<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
        precondition(elementType == .float32, "\(elementType) elements are not float32")
        return try body(UnsafeBufferPointer(storage.assumingMemoryBound(to: Float.self).prefixBuffer(count)))
    }

    /// As `withFloats`, for writing.
    public mutating func withMutableFloats<Result>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        precondition(elementType == .float32, "\(elementType) elements are not float32")
        return try body(storage.assumingMemoryBound(to: Float.self).prefixBuffer(count))
    }

    /// The raw bytes of the elements, without the slack.
    public borrowing func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(storage)[..<(count * elementType.byteCount)]))
    }

    /// As `withBytes`, for writing.
    public mutating func withMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeMutableRawBufferPointer(rebasing: storage[..<(count * elementType.byteCount)]))
    }
}

extension UnsafeMutableBufferPointer {
    fileprivate func prefixBuffer(_ count: Int) -> UnsafeMutableBufferPointer {
        UnsafeMutableBufferPointer(rebasing: self[..<count])
    }
}
