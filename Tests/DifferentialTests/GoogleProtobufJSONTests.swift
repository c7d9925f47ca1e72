import Messages
import TestKit
import TestMessages
import Testing
import Wire

@Suite("The JSON codec agrees with google.protobuf", .needsPython, .pythonPeer, .serialized)
struct GoogleProtobufJSONTests {
    private static let seeds = UInt64(1)...16

    /// The types that stand inside an Any, with and without a form of their own in JSON.
    private static let anyTypes = [
        TestingV1.everythingFile, TestingV1.batchFile, GoogleProtobuf.anyFile,
        GoogleProtobuf.durationFile, GoogleProtobuf.emptyFile, GoogleProtobuf.fieldMaskFile,
        GoogleProtobuf.structFile, GoogleProtobuf.timestampFile, GoogleProtobuf.wrappersFile,
    ].flatMap(\.messages)

    /// How the names and numbers of what we print vary with an index.
    private static func options(_ index: Int = 0) -> JSONOptions {
        JSONOptions(
            types: TypeRegistry(anyTypes),
            usesProtoNames: index & 1 != 0,
            printsDefaults: index & 2 != 0,
            printsEnumsAsNumbers: index & 4 != 0
        )
    }

    /// A message that JSON can show.
    private static func message(
        _ schema: MessageSchema,
        _ generator: inout SeededGenerator
    ) -> [UInt8] {
        RandomWireMessage.bytes(
            of: schema,
            [.jsonForm, .nulCharacters, .implicitNegativeZero],
            anyTypes: anyTypes,
            using: &generator
        )
    }

    @Test("The JSON it prints is the same message to us", arguments: seeds)
    func weReadItsJSON(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for index in 0..<30 {
            let form =
                index.isMultiple(of: 2)
                ? PythonPeer.Question.binaryToJSON : .binaryToJSONWithProtoNames
            try expectToReadItsJSON(TestingV1.Everything.self, form, &generator)
            try expectToReadItsJSON(TestingV1.EventBatch.self, form, &generator)
        }
    }

    private func expectToReadItsJSON<Value: MessageValue>(
        _ value: Value.Type,
        _ form: PythonPeer.Question,
        _ generator: inout SeededGenerator
    ) throws {
        let peer = try #require(PythonPeer.current)
        let bytes = Self.message(Value.schema, &generator)
        let expected = try peer.canonicalForm(of: bytes, as: Value.schema)
        let answer = try peer.ask(form, bytes, as: Value.schema)
        let json = try #require(answer.bytes, "\(answer): \(bytes.hexadecimal)")
        let read = try Value(json: json.rawBytes, options: Self.options())
        let encoded = Array(copying: read.encoded().bytes)
        let actual = try peer.canonicalForm(of: encoded, as: Value.schema)
        #expect(actual == expected, "\(String(decoding: json, as: UTF8.self))")
    }

    @Test("The JSON we print is the same message to it", arguments: seeds)
    func itReadsOurJSON(seed: UInt64) throws {
        let peer = try #require(PythonPeer.current)
        var generator = SeededGenerator(seed: seed)
        let schema = TestingV1.Everything.schema
        for index in 0..<30 {
            let bytes = Self.message(schema, &generator)
            let expected = try peer.canonicalForm(of: bytes, as: schema)
            let message = try Message<TestingV1.Everything.View>(copying: bytes.rawBytes)
            let json = try message.jsonText(options: Self.options(index))
            let actual = try peer.ask(.jsonToBinary, Array(json.utf8), as: schema)
            #expect(actual.bytes == expected, "\(actual): \(json)")
        }
    }

    // Its verdicts differ from ours too often to be compared. It takes 1e400 for infinity, 1e-400
    // for the integer 0, a Boolean or text with blanks for a number, quoted numbers for an enum,
    // base64 with anything in it, field masks of any names, NaN and Infinity without quotes; none
    // of these is in protobuf's JSON mapping.
    @Test("Damaged JSON that both accept means the same to both", arguments: seeds)
    func meaningsAgree(seed: UInt64) throws {
        let peer = try #require(PythonPeer.current)
        var generator = SeededGenerator(seed: seed)
        let schema = TestingV1.Everything.schema
        var agreedCount = 0
        for _ in 0..<120 {
            let bytes = RandomWireMessage.bytes(
                of: schema,
                .jsonForm,
                anyTypes: Self.anyTypes,
                fieldCount: 20,
                using: &generator
            )
            let form = PythonPeer.Question.binaryToJSONWithProtoNames
            let whole = try #require(try peer.ask(form, bytes, as: schema).bytes)
            let json = JSONMutation.mutate(whole, using: &generator)
            let theirs = try peer.ask(.jsonToBinary, json, as: schema)
            do {
                let read = try TestingV1.Everything(json: json.rawBytes, options: Self.options())
                let encoded = Array(copying: read.encoded().bytes)
                let ours = try peer.ask(.binaryToBinary, encoded, as: schema)
                #expect(ours == theirs, "\(String(decoding: json, as: UTF8.self))")
                agreedCount += 1
            } catch is CodecError {
                continue
            }
        }
        // Else the damage is too great for the test to say anything.
        #expect(agreedCount > 10)
    }
}
