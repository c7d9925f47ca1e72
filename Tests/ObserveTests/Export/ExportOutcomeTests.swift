import Messages
import RPC
import Testing
import Wire

@testable import Observe

@Suite("What a collector's status means")
struct ExportOutcomeTests {
    private static func details(_ type: String, _ value: [UInt8]) -> SharedBytes {
        var entry = GoogleProtobuf.AnyMessage()
        entry.typeURL = type
        entry.value = value
        var status = GoogleRpc.Status()
        status.code = 8
        status.details = [GoogleProtobuf.AnyMessage(), entry]
        return status.encoded()
    }

    private static func retryInfo(seconds: Int64, nanos: Int32) -> SharedBytes {
        var delay = GoogleProtobuf.Duration()
        delay.seconds = seconds
        delay.nanos = nanos
        var info = GoogleRpc.RetryInfo()
        info.retryDelay = delay
        let type = "type.googleapis.com/google.rpc.RetryInfo"
        return details(type, Array(copying: info.encoded().bytes))
    }

    @Test("may pass for some codes, and not for others", arguments: StatusCode.allCases.dropFirst())
    func codes(code: StatusCode) {
        let passing: Set<StatusCode> = [
            .unavailable, .deadlineExceeded, .cancelled, .aborted, .outOfRange, .dataLoss,
        ]
        let expected: ExportOutcome =
            passing.contains(code)
            ? .failedForNow(code: code.name, after: nil) : .failed(code: code.name)
        #expect(ExportOutcome(RPCError(code, "")) == expected)
    }

    @Test("may pass when the collector says when")
    func retryInfo() {
        let details = Self.retryInfo(seconds: 2, nanos: 500_000_000)
        for code in [StatusCode.resourceExhausted, .unavailable] {
            let outcome = ExportOutcome(RPCError(code, "", details: details))
            #expect(outcome == .failedForNow(code: code.name, after: .milliseconds(2_500)))
        }
        let internalError = ExportOutcome(RPCError(.internalError, "", details: details))
        #expect(internalError == .failed(code: "INTERNAL"))
    }

    @Test("is not changed by details that say nothing of it")
    func otherDetails() {
        let useless = [
            SharedBytes([0xff]), Self.details("type.googleapis.com/google.rpc.BadRequest", []),
            Self.details("type.googleapis.com/google.rpc.RetryInfo", [0xff]),
        ]
        for details in useless {
            let outcome = ExportOutcome(RPCError(.resourceExhausted, "", details: details))
            #expect(outcome == .failed(code: "RESOURCE_EXHAUSTED"))
        }
        // Without a duration it may be at once; before now and for ever are bounded.
        let type = "type.googleapis.com/google.rpc.RetryInfo"
        for (details, wait) in [
            (Self.details(type, []), Duration.zero),
            (Self.retryInfo(seconds: -5, nanos: -5), .zero),
            (Self.retryInfo(seconds: .max, nanos: 0), .seconds(315_576_000_000)),
        ] {
            let outcome = ExportOutcome(RPCError(.unavailable, "", details: details))
            #expect(outcome == .failedForNow(code: "UNAVAILABLE", after: wait))
        }
        #expect(ExportOutcome(CancellationError()) == .failed(code: "CancellationError"))
    }
}
