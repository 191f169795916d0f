import Testing

@testable import Hardware

@Suite struct ContentionCheckTests {
    private static let own = "proc/self/cgroup"
    private static let stat = "sys/fs/cgroup/cpu.stat"
    @Test(arguments: [
        CheckCase([:], .unknown, "no control group"),
        CheckCase([own: "0::/\n", stat: "usage_usec 5\nnr_throttled 0\n"], .ok, "no quota"),
        CheckCase([own: "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000", stat: "nr_throttled 0"], .ok, "no quota"),
        CheckCase([own: "0::/\n", "sys/fs/cgroup/cpu.max": "200000 100000"], .ok, "2.00 CPUs"),
        CheckCase([own: "0::/\n", "sys/fs/cgroup/cpu.max": "50000 100000"], .bad, "0.50 CPUs for 1 threads"),
        CheckCase([own: "0::/\n", stat: "nr_throttled 7\n"], .bad, "stopped 7 times"),
        CheckCase(
            [own: "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "50000 100000", "sys/fs/cgroup/a/b/cpu.max": "max 100000"],
            .bad, "0.50 CPUs"),
        CheckCase(
            [
                own: "1:cpu,cpuacct:/job\n", "sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "25000",
                "sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000",
            ], .bad, "0.25 CPUs"),
        CheckCase(
            [
                own: "1:cpu:/\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000", "sys/fs/cgroup/cpu/cpu.stat": "nr_throttled 0",
            ], .ok, "no quota"),
    ])
    func wantsNoCPUQuota(of test: CheckCase) throws { try test.expect(ContentionChecks.quota) }

    private static func times(stolen: Int) -> [String: String] {
        [
            "proc/stat":
                "cpu  0 0 0 0 0 0 0 0\ncpu0 0 0 0 10000 0 0 0 5000\ncpu1 900 0 0 \(9100 - stolen) 0 0 0 \(stolen)\n"
        ]
    }
    @Test(arguments: [
        CheckCase(times(stolen: 51), .bad, "0.51 %"), CheckCase(times(stolen: 50), .ok, "0.50 %"),
        CheckCase(times(stolen: 0), .ok, "0.00 %"), CheckCase([:], .unknown, "cannot be read"),
        CheckCase(["proc/stat": "cpu0 1 1 1 1 1 1 1 1"], .unknown, "does not list"),
    ])
    func tellsStolenTime(of test: CheckCase) throws { try test.expect(ContentionChecks.steal) }

    @Test(arguments: ["KVM", nil])
    func doesNotBelieveThatAHypervisorStealsNothing(hypervisor: String?) throws {
        try CheckCase(Self.times(stolen: 0), .unknown, "does not report").expect(
            ContentionChecks.steal, hypervisor: hypervisor)
    }

    private static let schedstat = "proc/self/schedstat"
    @Test(arguments: [
        CheckCase([schedstat: "950000 50000 12\n"], .ok, "5.0 %"),
        CheckCase([schedstat: "900000 100000 12\n"], .bad, "10 %"),
        CheckCase([schedstat: "0 0 0\n"], .unknown, "does not count"), CheckCase([:], .unknown, "cannot be seen"),
    ])
    func tellsTheRunDelay(of test: CheckCase) throws { try test.expect(ContentionChecks.runDelay) }

    private static func pressure(_ percent: String) -> [String: String] {
        ["proc/pressure/cpu": "some avg10=\(percent) avg60=0.88 avg300=0.67 total=6410925\nfull avg10=99.00\n"]
    }
    @Test(arguments: [
        CheckCase(pressure("5.00"), .ok, "5.0 %"), CheckCase(pressure("46.10"), .bad, "46 %"),
        CheckCase(["proc/pressure/cpu": "nonsense"], .unknown, "/proc/pressure/cpu"),
        CheckCase([:], .unknown, "report"),
    ])
    func tellsThePressure(of test: CheckCase) throws { try test.expect(ContentionChecks.pressure) }

    @Test(arguments: [
        CheckCase(["proc/loadavg": "0.25 0.14 0.06 1/99 1234\n"], .ok, "0.25 on 2 CPUs"),
        CheckCase(["proc/loadavg": "0.26 0.14 0.06 1/99 1234\n"], .bad, "0.26 on 2 CPUs"),
        CheckCase([:], .unknown, "does not report"),
    ])
    func tellsTheLoad(of test: CheckCase) throws { try test.expect(ContentionChecks.load) }
}
