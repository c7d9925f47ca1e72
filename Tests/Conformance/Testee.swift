import Foundation
import Messages
import Wire

/// The program that protobuf's official `conformance_test_runner` tests: it decodes what it is sent
/// and encodes it again, in the forms that are asked for.
///
/// The environment's `SEXTANT_TESTEE_PATH` says by which of the codec's two roads: `views`, from
/// bytes to canonical bytes or text by tables, or `values`, through generated owned values.
@main
struct Testee {
    typealias TestAllTypes = ProtobufTestMessagesProto3.TestAllTypesProto3

    /// The roads through the codec.
    enum Road: String {
        case views, values
    }

    /// A `SEXTANT_TESTEE_PATH` that is neither `views` nor `values`.
    struct UnknownRoad: Error {
        let name: String
    }

    let road: Road
    let types = TypeRegistry(
        ProtobufTestMessagesProto3.testMessagesProto3File.messages
            + GoogleProtobuf.anyFile.messages + GoogleProtobuf.durationFile.messages
            + GoogleProtobuf.emptyFile.messages + GoogleProtobuf.fieldMaskFile.messages
            + GoogleProtobuf.structFile.messages + GoogleProtobuf.timestampFile.messages
            + GoogleProtobuf.wrappersFile.messages
    )

    static func main() throws {
        let name = ProcessInfo.processInfo.environment["SEXTANT_TESTEE_PATH"] ?? "views"
        guard let road = Road(rawValue: name) else {
            throw UnknownRoad(name: name)
        }
        let testee = Testee(road: road)
        while let request = try Pipe.read() {
            var response = Conformance.ConformanceResponse()
            response.result = testee.result(
                of: try Conformance.ConformanceRequest(decoding: request.rawBytes)
            )
            try Pipe.write(Array(copying: response.encoded().bytes))
        }
    }

    private func result(
        of request: Conformance.ConformanceRequest
    ) -> Conformance.ConformanceResponse.Result {
        if request.messageType == "conformance.FailureSet" {
            // Tests that are known to fail: none.
            return .protobufPayload(Array(copying: Conformance.FailureSet().encoded().bytes))
        }
        guard request.messageType == "protobuf_test_messages.proto3.TestAllTypesProto3" else {
            return .skipped("only proto3 is implemented")
        }
        guard let output = output(request.requestedOutputFormat) else {
            return .skipped("only the binary form and JSON are implemented")
        }
        do {
            switch request.payload {
            case .protobufPayload(let bytes):
                return try convert(.binary(bytes), to: output)
            case .jsonPayload(let text):
                let ignoresUnknown = request.testCategory == .jsonIgnoreUnknownParsingTest
                return try convert(.json(text, ignoresUnknown: ignoresUnknown), to: output)
            case .jspbPayload, .textPayload, nil:
                return .skipped("only the binary form and JSON are implemented")
            }
        } catch let error as Refusal {
            return error.result
        } catch {
            return .runtimeError("\(error)")
        }
    }

    /// The forms a message is asked for in.
    private enum Output {
        case binary, json
    }

    private func output(_ format: Conformance.WireFormat) -> Output? {
        switch format {
        case .protobuf: .binary
        case .json: .json
        default: nil
        }
    }

    /// The forms a message comes in.
    private enum Input {
        case binary([UInt8])
        case json(String, ignoresUnknown: Bool)
    }

    /// A message that was refused, on the way in or on the way out.
    private struct Refusal: Error {
        let result: Conformance.ConformanceResponse.Result
    }

    private func options(ignoresUnknown: Bool = false) -> JSONOptions {
        JSONOptions(types: types, ignoresUnknownFields: ignoresUnknown)
    }

    private func convert(
        _ input: Input,
        to output: Output
    ) throws -> Conformance.ConformanceResponse.Result {
        switch road {
        case .views:
            let message = try read { () throws(CodecError) -> Message<TestAllTypes.View> in
                switch input {
                case .binary(let bytes): try Message(SharedBytes(bytes))
                case .json(let text, let ignores):
                    try Message(json: text, options: options(ignoresUnknown: ignores))
                }
            }
            if output == .binary {
                return .protobufPayload(Array(copying: message.canonicalBytes().bytes))
            }
            return .jsonPayload(
                try print { () throws(CodecError) in
                    try message.jsonText(options: options())
                }
            )
        case .values:
            let value = try read { () throws(CodecError) -> TestAllTypes in
                switch input {
                case .binary(let bytes): try TestAllTypes(decoding: bytes.rawBytes)
                case .json(let text, let ignores):
                    try TestAllTypes(json: text, options: options(ignoresUnknown: ignores))
                }
            }
            if output == .binary {
                return .protobufPayload(Array(copying: value.encoded().bytes))
            }
            return .jsonPayload(
                try print { () throws(CodecError) in
                    try value.jsonText(options: options())
                }
            )
        }
    }

    private func read<Value>(_ body: () throws(CodecError) -> Value) throws(Refusal) -> Value {
        do {
            return try body()
        } catch {
            throw Refusal(result: .parseError("\(error)"))
        }
    }

    private func print(_ body: () throws(CodecError) -> String) throws(Refusal) -> String {
        do {
            return try body()
        } catch {
            throw Refusal(result: .serializeError("\(error)"))
        }
    }
}
