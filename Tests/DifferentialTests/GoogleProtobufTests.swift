import TestKit
import TestMessages
import Testing
import Wire

@Suite("The binary codec agrees with google.protobuf", .needsPython, .pythonPeer, .serialized)
struct GoogleProtobufTests {
    private static let seeds = UInt64(1)...16

    /// All but what ``IntendedDifference`` is about.
    private static let traits = RandomWireMessage.Traits.anyBinary
        .subtracting(.unknownFieldsInEntries)

    @Test("Whatever form a message comes in, it is the same message", arguments: seeds)
    func formsMeanTheSame(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for index in 0..<40 {
            let traits: RandomWireMessage.Traits = index.isMultiple(of: 8) ? [] : Self.traits
            try expectSameMessage(
                TestingV1.Everything.self,
                TestingV1.Everything.View.self,
                traits,
                &generator
            )
            try expectSameMessage(
                TestingV1.EventBatch.self,
                TestingV1.EventBatch.View.self,
                traits,
                &generator
            )
        }
    }

    private func expectSameMessage<Value: MessageValue, View: MessageView & ~Escapable>(
        _ value: Value.Type,
        _ view: View.Type,
        _ traits: RandomWireMessage.Traits,
        _ generator: inout SeededGenerator
    ) throws {
        let peer = try #require(PythonPeer.current)
        let bytes = RandomWireMessage.bytes(of: Value.schema, traits, using: &generator)
        let expected = try peer.canonicalForm(of: bytes, as: Value.schema)
        try #require(expected != nil, "google.protobuf refuses \(bytes.hexadecimal)")
        let message = try Message<View>(copying: bytes.rawBytes)
        let decoded = try Value(decoding: bytes.rawBytes)
        #expect(message.canonicalBytes() == decoded.encoded(), "\(bytes.hexadecimal)")
        for ours in [message.bytes, decoded.encoded()] {
            let actual = try peer.canonicalForm(of: Array(copying: ours.bytes), as: Value.schema)
            #expect(actual == expected, "\(bytes.hexadecimal)")
        }
    }

    @Test("The messages it makes survive our decoding and encoding", arguments: seeds)
    func itsMessagesSurvive(seed: UInt64) throws {
        let peer = try #require(PythonPeer.current)
        for index in 0..<40 {
            let text = Array("\(seed * 1_000 + UInt64(index))".utf8)
            let schema = TestingV1.Everything.schema
            let bytes = try #require(try peer.ask(.randomFromSeed, text, as: schema).bytes)
            let decoded = try TestingV1.Everything(decoding: bytes.rawBytes)
            let encoded = Array(copying: decoded.encoded().bytes)
            let returned = try peer.canonicalForm(of: encoded, as: schema)
            #expect(returned == bytes, "\(bytes.hexadecimal)")
        }
    }

    @Test("Damaged bytes are refused by both or mean the same to both", arguments: seeds)
    func verdictsAgree(seed: UInt64) throws {
        let peer = try #require(PythonPeer.current)
        let schema = TestingV1.Everything.schema
        var generator = SeededGenerator(seed: seed)
        var acceptedCount = 0
        for _ in 0..<500 {
            let whole = RandomWireMessage.bytes(
                of: schema,
                Self.traits,
                fieldCount: 8,
                using: &generator
            )
            let bytes = WireMutation.mutate(whole, using: &generator)
            let theirs = try peer.ask(.binaryToBinary, bytes, as: schema)
            do {
                let message = try Message<TestingV1.Everything.View>(copying: bytes.rawBytes)
                if IntendedDifference.hasEntryWithUnknownField(bytes.rawBytes, as: schema) {
                    continue
                }
                let encoded = Array(copying: TestingV1.Everything(message.view).encoded().bytes)
                let ours = try peer.ask(.binaryToBinary, encoded, as: schema)
                #expect(ours == theirs, "\(bytes.hexadecimal)")
                acceptedCount += 1
            } catch let error as CodecError {
                let isIntended = IntendedDifference.explains(error, of: bytes)
                #expect(theirs.bytes == nil || isIntended, "\(error): \(bytes.hexadecimal)")
            }
        }
        // Else the damage is too great, or too small, for the test to say anything.
        #expect((50...450).contains(acceptedCount))
    }

    @Test("Bytes at the edges of the rules", arguments: EdgeCase.all)
    func edgesAgree(edge: EdgeCase) throws {
        let peer = try #require(PythonPeer.current)
        let schema = TestingV1.Everything.schema
        let theirs = try peer.canonicalForm(of: edge.bytes, as: schema)
        #expect((theirs != nil) == edge.theyAccept)
        do {
            let message = try Message<TestingV1.Everything.View>(SharedBytes(edge.bytes))
            #expect(edge.weAccept)
            guard edge.theyAccept else { return }
            let encoded = TestingV1.Everything(message.view).encoded()
            #expect(try peer.canonicalForm(of: Array(copying: encoded.bytes), as: schema) == theirs)
        } catch let error as CodecError {
            #expect(!edge.weAccept, "\(error)")
        }
    }
}
