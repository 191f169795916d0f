import Foundation
import Testing

@testable import Records

@Suite struct LineChecksumTests {
    /// The check value that every catalogue of checksums lists for CRC-32.
    @Test func isTheStandardOne() {
        #expect(LineChecksum.crc32(Data("123456789".utf8)) == 0xCBF4_3926)
        #expect(LineChecksum.crc32(Data()) == 0)
    }

    @Test func standsAtTheEndOfTheLine() {
        let sealed = LineChecksum.sealing(Data("{\"a\":1}".utf8))
        let sum = String(LineChecksum.crc32(Data("{\"a\":1}".utf8)), radix: 16)
        #expect(String(decoding: sealed, as: UTF8.self) == "{\"a\":1,\"checksum\":\"\(sum)\"}")
        #expect(LineChecksum.fault(of: sealed) == nil)
    }

    @Test func everyChangedByteIsSeen() {
        let sealed = LineChecksum.sealing(Data("{\"kernel\":\"full\",\"launch\":1}".utf8))
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                #expect(LineChecksum.fault(of: changed) != nil, "byte \(index), bit \(bit)")
            }
        }
        for length in 0..<sealed.count { #expect(LineChecksum.fault(of: sealed.prefix(length)) != nil) }
    }
}
