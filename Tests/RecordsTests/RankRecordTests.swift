import Foundation
import TestSupport
import Testing

@testable import Records

/// What lines say of ranks.
@Suite struct RankRecordTests {
    @Test func aSettingIsReadAsItWasWritten() {
        let link = RankLink(latencySeconds: 1.25e-6, secondsPerByte: 1 / 5e9, copySecondsPerByte: 1e-10)
        for setting in [
            RankSetting(places: ["node1 CPU 0", "node2 CPU 0"], link: link), RankSetting(places: ["CPU 3"]),
        ] {
            #expect(RankSetting(details: setting.details) == setting)
        }
        #expect(RankSetting(details: [:]) == nil)
        #expect(RankSetting(details: ["MKL": "AVX-512"]) == nil)
        #expect(RankSetting(details: ["ranks": "3", "places": "CPU 0, CPU 1"]) == nil)
    }

    @Test(arguments: ["nan", "inf", "0", "-1", "x"]) func aLinkThatNobodyMeasuredIsNone(rate: String) {
        let details = ["ranks": "2", "places": "CPU 0, CPU 1", "latencySeconds": "1e-6", "bytesPerSecond": rate]
        let setting = RankSetting(details: details)
        #expect(setting?.count == 2 && setting?.link == nil)
    }

    @Test func coresAreCounted() {
        #expect(RankSetting(places: ["CPU 0", "CPU 1"]).coreCount == 2)
        #expect(RankSetting(places: ["CPU 0", "CPU 0", "CPU 1"]).coreCount == 2)
        #expect(RankSetting(places: ["a CPU 0", "b CPU 0"]).coreCount == 2)
        #expect(RankSetting(places: ["not bound", "not bound"]).coreCount == 2)
        #expect(RankSetting(places: ["CPU 0", "CPU 1"]).remarks.isEmpty)
        #expect(
            RankSetting(places: ["CPU 0", "CPU 0"]).remarks.first?.hasPrefix("ranks share a CPU (CPU 0, CPU 0)") == true
        )
    }

    @Test func aTimelineIsShortText() throws {
        let activity = RankActivity(.computing, startNanoseconds: 0, endNanoseconds: 1234)
        let text = try JSONEncoder().encode([activity])
        #expect(String(decoding: text, as: UTF8.self) == "[[\"computing\",0,1234]]")
        #expect(try JSONDecoder().decode([RankActivity].self, from: text) == [activity])
    }

    @Test func aLineOfRanksIsReadAsItWasWritten() throws {
        var planted = PlantedRanks()
        planted.hasTimeline = true
        let measurement = planted.shared(.ringZigzag, .causal, 64)
        let line = try JSONLines.object(measurement)
        #expect(try JSONLines.value(Records.Measurement.self, of: line, number: 7, in: "r.jsonl") == measurement)
    }

    @Test func aSampleHasAsManyRanksAsTheOthers() {
        let time = RankTime(nanoseconds: 1, computingNanoseconds: 1, waitingNanoseconds: 0, receivedBytes: 0)
        for ranks in [[[time], [time, time]], [[], []]] {
            #expect(Self.record(ranks).implausibility?.contains("ranks in its samples") == true)
        }
        #expect(Self.record([[time, time], [time, time]]).implausibility == nil)
        let early = [[RankActivity(.waiting, startNanoseconds: -5, endNanoseconds: 0)]]
        #expect(Self.record([[time], [time]], early).implausibility?.hasPrefix("`timeline` is -5") == true)
    }

    private static func record(_ ranks: [[RankTime]], _ timeline: [[RankActivity]]? = nil) -> Records.Measurement.Record
    {
        let quiet = Contamination(
            migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)
        return Records.Measurement.Record(
            samplesNanoseconds: [1, 1], rounds: [0, 1], iterationsPerSample: 1, contamination: [quiet, quiet],
            peakResidentBytes: 0, maximumError: 0, ranks: ranks, timeline: timeline)
    }

    /// The journal keeps each sample's timeline; the line has that of the sample in the middle.
    @Test func theTimelineIsThatOfAMiddlingSample() throws {
        let quiet = Contamination(
            migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)
        let samples = [30, 10, 20].map { time in
            SampleJournal.TakenSample(
                round: 1,
                Sample(
                    nanoseconds: time, contamination: quiet,
                    timeline: [[RankActivity(.computing, startNanoseconds: 0, endNanoseconds: time)]]))
        }
        let preparation = SampleJournal.Preparation(
            iterationsPerSample: 1, peakResidentBytes: 0, maximumError: 0)
        let record = try #require(Records.Measurement.Record(samples, preparation))
        #expect(record.timeline?[0][0].endNanoseconds == 20)
    }
}
