import Attention
import Testing

struct CrossEntropyProblemTests {
    @Test func workIsCountedExactly() throws {
        let problem = try CrossEntropyProblem(tokens: 3, vocabulary: 7, hiddenSize: 5, elementType: .bfloat16)
        #expect(problem.logits == 21)
        #expect(problem.productFLOPs == 2 * 3 * 7 * 5)
        #expect(problem.inputBytes == (3 + 7) * 5 * 2 + 3 * 4)
        #expect(problem.gradientBytes == 3 * 5 * 2 + 7 * 5 * 4)
    }

    @Test func sizesThatAreNoneAreNamed() {
        #expect(throws: CrossEntropyProblemError.notPositive(name: "tokens", value: 0)) {
            try CrossEntropyProblem(tokens: 0, vocabulary: 7, hiddenSize: 5)
        }
        #expect(throws: CrossEntropyProblemError.vocabulary(1 << 31)) {
            try CrossEntropyProblem(tokens: 1, vocabulary: 1 << 31, hiddenSize: 5)
        }
        #expect(throws: CrossEntropyProblemError.tooMuchWork(flops: 6 * 0x1p32 * 0x1p30 * 0x1p10)) {
            try CrossEntropyProblem(tokens: 1 << 32, vocabulary: 1 << 30, hiddenSize: 1 << 10)
        }
        #expect(
            CrossEntropyProblemError.notPositive(name: "tokens", value: 0).description
                == "tokens is 0; it must be at least 1")
    }
}
