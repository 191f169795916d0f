import Testing

@testable import Serving

@Suite struct TrainingMemoryTests {
    private static let gibibyte = Double(1 << 30)

    @Test func checkpointsOnTheHost() throws {
        let long = TrainingMemory(try model("llama-3.1-70b"), tokens: 89_000)
        #expect(rounded(long.checkpointBytes / Self.gibibyte, 1) == "108.6")
        #expect(rounded(long.checkpointBytes / 1e9, 1) == "116.7")
        let small = try model("llama-3.1-8b")
        #expect(rounded(TrainingMemory(small, tokens: 131_072).checkpointBytes / Self.gibibyte, 1) == "32.0")
        #expect(rounded(TrainingMemory(small, tokens: 342_000).checkpointBytes / Self.gibibyte, 1) == "83.5")
    }

    @Test func scoresOfOneHeadAtAMillionTokens() throws {
        let memory = TrainingMemory(try model("llama-3.1-8b"), tokens: 1_000_000)
        #expect(memory.scoreMatrixBytes(bytesPerElement: 4) / 32 == 4e12)
    }

    /// FLOPs a token, 131,072 tokens of context against 8,192: with 6·N over all parameters, and over those that
    /// multiply.
    @Test(arguments: [
        ("llama-3.1-8b", "2.77", "2.88"), ("llama-3.1-70b", "2.06", "2.08"), ("llama-3.1-405b", "1.60", "1.60"),
    ])
    func longContextTraining(id: String, all: String, multiplied: String) throws {
        let model = try model(id)
        for (convention, expected) in [(TrainingMemory.ParameterConvention.all, all), (.multiplied, multiplied)] {
            let ratio =
                TrainingMemory.flopsPerToken(model, tokens: 131_072, counting: convention)
                / TrainingMemory.flopsPerToken(model, tokens: 8192, counting: convention)
            #expect(rounded(ratio, 2) == expected)
        }
    }
}
