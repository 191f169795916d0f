import Testing

@testable import Serving

@Suite struct ContextOrRetrievalTests {
    private static func comparison(
        _ id: String = "llama-3.1-8b", context: Int = 128_000, _ change: (inout RetrievalUse) -> Void = { _ in },
        rent: Double? = 3.6
    ) throws -> ContextOrRetrieval {
        var use = RetrievalUse()
        change(&use)
        let supply = ServingPlan.Supply(
            Deployment(try accelerator("h100-sxm"), count: 1, dollarsPerAcceleratorHour: rent), count: 1)
        return try ContextOrRetrieval(ServingPlan(KVCache(model(id)), context: context, on: supply), use, on: supply)
    }

    /// One accelerator at a tenth of a cent a second: dollars are seconds / 1,000.
    @Test func everyPriceIsItsTimesAndItsRents() throws {
        let plan = try Self.comparison { $0.cacheHours = 10 }
        let (whole, corpus) = (plan.whole, 127_600)
        #expect(plan.corpusTokens == corpus)
        let writing = 300 * whole.secondsPerStep
        let costs = plan.costs
        #expect(costs.map(\.way) == [.reading, .keeping, .retrieving])
        #expect(costs.map(\.tokensRead) == [127_700, 100, 10_340])

        let reading = Prefill(whole.model, tokens: 127_700).seconds(on: whole.deployment)
        #expect(isClose(costs[0].dollarsPerQuery, (reading + writing) / 1000))
        #expect(costs[0].dollarsPerHour == 0 && costs[0].secondsToFirstToken == reading)

        let question = Prefill(whole.model, tokens: 100, cached: corpus).seconds(on: whole.deployment)
        #expect(isClose(costs[1].dollarsPerQuery, (question + writing) / 1000))
        // 131,072 bytes a token, of 80 GB less a tenth.
        let rent = 3.6 * 131_072 * Double(corpus) / 72e9
        let once = Prefill(whole.model, tokens: corpus).seconds(on: whole.deployment) / 1000
        #expect(isClose(costs[1].dollarsPerHour, rent + once / 10))

        let found = Prefill(whole.model, tokens: 10_340).seconds(on: whole.deployment)
        let flops = whole.deployment.flopsPerSecond
        let index = 250.0 * 1024 * 4
        let finding = 2 * 335e6 * 100 / flops + index / whole.deployment.bytesPerSecond
        #expect(plan.indexedPassages == 250 && plan.indexBytes == index)
        #expect(isClose(costs[2].secondsToFirstToken, found + finding))
        #expect(isClose(costs[2].dollarsPerQuery, (found + finding + 300 * plan.passages.secondsPerStep) / 1000))
        let embedding = 2 * 335e6 * Double(corpus) / flops / 1000
        #expect(isClose(costs[2].dollarsPerHour, 3.6 * index / 72e9 + embedding / 720))
    }

    /// At the break-even rate both cost the same, and beyond it the verdict holds.
    @Test(arguments: ContextOrRetrieval.comparisons.map { [$0.way, $0.other] })
    func breakEvensAreWhereCostsMeet(ways: [ContextOrRetrieval.Way]) throws {
        // Many passages, so that reading them costs more than a question after a short corpus.
        let plan = try Self.comparison(context: 32_000) { $0.passages = 60 }
        let costs = ways.map { way in plan.costs.first { $0.way == way }! }
        guard case .above(let rate) = try #require(plan.advantage(of: ways[0], over: ways[1])) else {
            // What retrieval saves it saves from the first question on, if embedding is cheap enough.
            #expect(costs[0].dollars(queriesPerHour: 0.01)! < costs[1].dollars(queriesPerHour: 0.01)!)
            #expect(costs[0].dollars(queriesPerHour: 1e6)! < costs[1].dollars(queriesPerHour: 1e6)!)
            return
        }
        #expect(isClose(costs[0].dollars(queriesPerHour: rate), costs[1].dollars(queriesPerHour: rate)!))
        #expect(costs[0].dollars(queriesPerHour: 2 * rate)! < costs[1].dollars(queriesPerHour: 2 * rate)!)
        #expect(costs[0].dollars(queriesPerHour: rate / 2)! > costs[1].dollars(queriesPerHour: rate / 2)!)
    }

    @Test func keepingPaysOnlyWhereAQuestionIsCheaperThanItsPassages() throws {
        let many = try Self.comparison(context: 32_000) { $0.passages = 60 }
        guard case .above = many.advantage(of: .keeping, over: .retrieving) else {
            Issue.record("60 passages of 512 tokens cost less than a question after a cached corpus")
            return
        }
        // A single passage: every part of it is cheaper.
        let few = try Self.comparison { $0.passages = 1 }
        #expect(few.advantage(of: .keeping, over: .retrieving) == .never)
        #expect(few.advantage(of: .retrieving, over: .keeping) == .always)
    }

    @Test func aGivenSearchTimeCountsForFirstTokenAndPrice() throws {
        let fast = try Self.comparison { $0.searchSeconds = 0.001 }
        let slow = try Self.comparison { $0.searchSeconds = 10.001 }
        let (one, other) = (fast.costs[2], slow.costs[2])
        #expect(isClose(other.secondsToFirstToken, one.secondsToFirstToken + 10))
        #expect(isClose(other.dollarsPerQuery, one.dollarsPerQuery! + 0.01))
        #expect(fast.costs[0] == slow.costs[0] && fast.costs[1] == slow.costs[1])
    }

    @Test func withoutARentThereAreTimesOnly() throws {
        let plan = try Self.comparison(rent: nil)
        for cost in plan.costs {
            #expect(cost.dollarsPerQuery == nil && cost.dollars(queriesPerHour: 1) == nil)
            #expect(cost.secondsToFirstToken > 0)
        }
        #expect(plan.advantage(of: .keeping, over: .reading) == nil)
    }

    @Test func aCorpusShorterThanItsPassagesIsRefused() {
        let error = #expect(throws: RetrievalError.self) { try Self.comparison(context: 8192) }
        #expect(error?.description.contains("20 passages of 512 tokens, and a context of 8192 tokens") == true)
    }

    private func isClose(_ value: Double?, _ expected: Double) -> Bool {
        value.map { abs($0 - expected) <= 1e-9 * abs(expected) } ?? false
    }
}
