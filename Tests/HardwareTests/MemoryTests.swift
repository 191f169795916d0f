import Foundation
import Testing

@testable import Hardware

private let meminfo = """
    MemTotal:       24684092 kB
    MemFree:        23736756 kB
    MemAvailable:   24285892 kB
    """

@Suite struct AvailableMemoryTests {
    @Test func isTheKernelsEstimateWithoutALimit() throws {
        let system = try FakeSystem(["proc/meminfo": meminfo])
        #expect(AvailableMemory.bytes(system.files) == 24_285_892 * 1024)
        #expect(AvailableMemory.totalBytes(system.files) == 24_684_092 * 1024)
    }

    @Test func isWhatTheUnifiedGroupLeaves() throws {
        let system = try FakeSystem([
            "proc/meminfo": meminfo, "proc/self/cgroup": "0::/app/job\n",
            "sys/fs/cgroup/app/job/memory.max": "max\n", "sys/fs/cgroup/app/memory.max": "1000000\n",
            "sys/fs/cgroup/app/memory.current": "400000\n",
        ])
        #expect(AvailableMemory.bytes(system.files) == 600_000)
    }

    @Test func countsCachedFilesOfTheGroupAsFree() throws {
        let system = try FakeSystem([
            "proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1000000\n",
            "sys/fs/cgroup/memory.current": "900000\n",
            "sys/fs/cgroup/memory.stat": "anon 500000\ninactive_file 300000\nactive_file 100000\n",
        ])
        #expect(AvailableMemory.bytes(system.files) == 400_000)
    }

    @Test func isWhatTheMemoryControllerOfVersion1Leaves() throws {
        let system = try FakeSystem([
            "proc/meminfo": meminfo, "proc/self/cgroup": "4:memory:/job\n1:cpu,cpuacct:/\n0::/\n",
            "sys/fs/cgroup/memory/job/memory.limit_in_bytes": "2000000",
            "sys/fs/cgroup/memory/job/memory.usage_in_bytes": "500000",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
        ])
        #expect(AvailableMemory.bytes(system.files) == 1_500_000)
    }

    @Test func isTheContainersOwnGroupWhereItsPathIsNotMounted() throws {
        let system = try FakeSystem([
            "proc/meminfo": meminfo, "proc/self/cgroup": "0::/outside/of/here\n",
            "sys/fs/cgroup/memory.max": "3000", "sys/fs/cgroup/memory.current": "4000",
        ])
        #expect(AvailableMemory.bytes(system.files) == 0)
    }

    @Test func isUnknownWhereNothingIsTold() throws {
        #expect(AvailableMemory.bytes(try FakeSystem().files) == nil)
    }
}

@Suite(.serialized) struct PeakMemoryTests {
    @Test func readsPeakAndResidentMemory() throws {
        let system = try FakeSystem(["proc/self/status": "Name:\tx\nVmHWM:\t    1204 kB\nVmRSS:\t     800 kB\n"])
        #expect(PeakMemory(files: system.files).peakBytes() == 1204 * 1024)
        #expect(PeakMemory(files: system.files).residentBytes() == 800 * 1024)
    }

    @Test func writesTheResetThatTheKernelKnows() throws {
        let system = try FakeSystem(["proc/self/clear_refs": "?"])
        #expect(PeakMemory(files: system.files).reset())
        #expect(system.files.text("proc/self/clear_refs") == "5")
    }

    @Test func isUnknownWhereTheSystemRefuses() throws {
        let files = try FakeSystem().files
        #expect(!PeakMemory(files: files).reset())
        #expect(PeakMemory(files: files).peakBytes() == nil)
        #expect(PeakMemory(files: files).residentBytes() == nil)
    }

    /// Other tests allocate at the same time, but none as much as this.
    @Test func seesALargeBlockComeAndGo() throws {
        guard PeakMemory().reset(), let before = PeakMemory().peakBytes() else { return }
        let size = 1 << 29
        let block = try #require(mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        memset(block, 1, size)
        munmap(block, size)
        let peak = try #require(PeakMemory().peakBytes())
        #expect(peak > before + size / 2)
        #expect(PeakMemory().reset())
        #expect(try #require(PeakMemory().peakBytes()) < peak - size / 4)
    }
}
