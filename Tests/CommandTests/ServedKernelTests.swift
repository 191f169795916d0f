import Foundation
import TestSupport
import Testing

/// Kernels whose calls read more than queries, keys and values, or write more than an output, served by one process of this program to
/// another.
@Suite struct ServedKernelTests {
    @Test(
        .tags(.slow),
        arguments: ["gated-delta", "decode-gated-delta", "top-k-blocks", "cross-entropy-cut"])
    func isRightOverTheProtocol(kernel: String) throws {
        let folder = try TestFolder()
        let engine = folder.url.appendingPathComponent("own")
        try Data("#!/bin/sh\nexec \"$attnbench\" serve\n".utf8).write(to: engine)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: engine.path)
        let check = try Program("$attnbench check own/\(kernel) --engine own=./own", in: folder)
        #expect(check.status == 0 && check.output.contains("own/\(kernel)"), "\(check.output)\(check.messages)")
    }
}
