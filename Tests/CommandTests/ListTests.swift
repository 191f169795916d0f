import Kernels
import TestSupport
import Testing

@testable import attnbench

@Suite struct ListTests {
    @Test func listsKernels() {
        let session = Session("list kernels")
        #expect(session.status == .done)
        #expect(session.output == Golden.text("list-kernels", updatingTo: session.output))
        for kernel in KernelRegistry.all { #expect(session.output.contains("\n\(kernel.name) ")) }
    }

    @Test func listsEveryTopicWithoutOne() {
        let session = Session("list")
        #expect(session.status == .done)
        for topic in ListCommand.Topic.allCases {
            #expect(session.output.contains(Session("list \(topic.rawValue)").output), "\(topic.rawValue)")
        }
    }

    @Test func columnsAreAsWideAsTheirWidestEntry() {
        #expect(Columns.text([["A", "B"], ["long", ""], ["x", "n²"]]) == "A     B\nlong\nx     n²\n")
        #expect(Columns.text([]) == "")
    }
}
