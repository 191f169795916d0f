import Files
import Foundation
import Testing

@testable import Attention

/// The files in NumPy/ were written by NumPy 2.4: the numbers 0 to 23 in various forms.
@Suite final class NumPyFileTests {
    private let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("attnbench-npy-\(UUID().uuidString)", isDirectory: true)

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func resource(_ name: String) -> String {
        Bundle.module.resourceURL!.appendingPathComponent("NumPy/\(name).npy").path
    }

    /// A file in the temporary folder with these bytes.
    private func file(_ bytes: Data) throws -> String {
        let url = folder.appendingPathComponent("damaged.npy")
        try bytes.write(to: url)
        return url.path
    }

    private func problem(_ path: String) -> NumPyError.Problem? {
        do {
            _ = try NumPyFile.read(path)
            return nil
        } catch { return error.problem }
    }

    @Test(arguments: [
        ("version1-2d", [6, 4]), ("version2-3d", [2, 3, 4]), ("version3-4d", [1, 2, 3, 4]),
    ]) func readsEveryVersionAndRank(name: String, dimensions: [Int]) throws {
        let tensor = try NumPyFile.read(resource(name))
        #expect(tensor.dimensions == dimensions)
        #expect(tensor.withFloats { Array($0) } == (0..<24).map(Float.init))
    }

    @Test(arguments: [
        ("float64", #"holds elements of type "<f8" (float64); save as float32, x.astype(numpy.float32)"#),
        ("float16", #"holds elements of type "<f2" (float16); save as float32, x.astype(numpy.float32)"#),
        ("big-endian", #"holds big-endian float32 (">f4"); save x.astype("<f4")"#),
        ("fortran-order", "is in Fortran order; save numpy.ascontiguousarray(x)"),
        ("records", "contains records, not numbers; save one float32 array, x.astype(numpy.float32)"),
        ("vector", "has the shape [24]; it must be [tokens, d], [heads, tokens, d] or [batch, heads, tokens, d]"),
        ("scalar", "has the shape []; it must be [tokens, d], [heads, tokens, d] or [batch, heads, tokens, d]"),
        (
            "five-dimensions",
            "has the shape [1, 1, 2, 3, 4]; it must be [tokens, d], [heads, tokens, d] or [batch, heads, tokens, d]"
        ),
        ("no-tokens", "has the shape [0, 4], which has no elements; give at least one token"),
    ]) func refusesWhatItDoesNotTake(name: String, sentence: String) {
        let path = resource(name)
        do {
            _ = try NumPyFile.read(path)
            Issue.record("\(name) was read")
        } catch { #expect("\(error)" == "\(path): \(sentence)") }
    }

    @Test func refusesDamagedFiles() throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: resource("version1-2d")))
        #expect(problem(try file(Data())) == .notNumPy)
        #expect(problem(try file(Data("a,b\n1,2\n".utf8))) == .notNumPy)
        #expect(problem(try file(whole.prefix(8))) == .truncatedHeader)
        #expect(problem(try file(whole.prefix(100))) == .truncatedHeader)
        #expect(problem(try file(whole.prefix(whole.count - 1))) == .truncatedData(expected: 96, found: 95))
        #expect(problem(try file(whole + [0, 0])) == .trailingBytes(expected: 96, found: 98))
        var version9 = whole
        version9[6] = 9
        #expect(problem(try file(version9)) == .version("9.0"))
    }

    /// A length of 4 GiB in a version 2 header must not be believed.
    @Test func refusesAHeaderLongerThanItsFile() throws {
        let bytes = Data(NumPyHeader.magic + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7B])
        #expect(problem(try file(bytes)) == .truncatedHeader)
    }

    @Test func refusesHeadersThatAreNone() throws {
        for text in [
            "{'descr': '<f4', 'fortran_order': False}", "{'descr': '<f4', 'shape': (2, 3)}", "['<f4', False, (2, 3)]",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 4)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3)}",
        ] {
            let bytes = Data(NumPyHeader.magic + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8))
            #expect(problem(try file(bytes)) == .malformedHeader(text), "\(text)")
        }
    }

    @Test func namesWhatTheSystemRefuses() throws {
        let absent = folder.appendingPathComponent("absent.npy").path
        #expect(problem(absent) == .unreadable("no such file or directory"))
        #expect(problem("/dev/null") == .unreadable(UnreadableFile(path: "/dev/null", cause: .special).reason))
        guard case .unreadable = problem(folder.path) else {
            Issue.record("a folder was read as a file")
            return
        }
        let unwritable = folder.appendingPathComponent("no/such/folder/o.npy").path
        let refused = UnwritableFile(path: unwritable, cause: SystemError(code: ENOENT))
        #expect(throws: refused) { try NumPyFile.write(Tensor(dimensions: [2, 2]), to: unwritable) }
    }

    @Test func writesTheBytesThatNumPyWrites() throws {
        let source = resource("version1-2d")
        let copy = folder.appendingPathComponent("copy.npy").path
        try NumPyFile.write(try NumPyFile.read(source), to: copy)
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: copy)) == Data(contentsOf: URL(fileURLWithPath: source)))
    }

    /// More than one piece, a rank of every kind, and a shorter array over a longer one.
    @Test func roundTrips() throws {
        let path = folder.appendingPathComponent("round.npy").path
        for dimensions in [[5 << 20, 1], [2, 3, 4], [1, 2, 3, 4]] {
            var tensor = Tensor(dimensions: dimensions)
            tensor.withMutableFloats { elements in
                for index in elements.indices { elements[index] = Float(index) * 0.25 - 3 }
            }
            try NumPyFile.write(tensor, to: path)
            let back = try NumPyFile.read(path)
            #expect(back.dimensions == dimensions)
            let same = tensor.withFloats { written in back.withFloats { $0.elementsEqual(written) } }
            #expect(same)
        }
    }

    @Test func headersAreAlignedForEveryShape() throws {
        for dimensions in [[1], [3, 5], [1, 1, 1, 1], [123_456, 7_890_123, 45, 6]] {
            let bytes = NumPyHeader.bytes(dimensions: dimensions)
            #expect(bytes.count % 64 == 0)
            #expect(bytes.last == UInt8(ascii: "\n"))
            if dimensions.count > 1 {
                let header = try NumPyHeader(bytes)
                #expect(header.dimensions == dimensions)
                #expect(header.byteCount == bytes.count)
            }
        }
    }
}
