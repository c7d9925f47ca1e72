import TestKit
import TestMessages
import Testing
import Wire

@Suite("The binary codec agrees with libprotobuf-c")
struct ProtobufCTests {
    /// Messages made from each seed, of each type.
    private static let messageCount = 40

    /// What libprotobuf-c 1.4.1 reads as everyone does.
    ///
    /// Of the rest it refuses groups and known fields of a stray wire type, ends a string at its
    /// first U+0000, keeps only the last piece of a message of proto3, drops -0.0 from fields
    /// without presence when it writes them, and writes the tags of unknown fields anew, so that
    /// wide ones do not come back as they were.
    private static let liberties: [RandomWireMessage.Traits] = [
        [],
        [.scattered, .mixedPacking, .unknownFields, .unknownFieldsInEntries],
        [.scattered, .mixedPacking, .wideVarints],
    ]

    @Test("What it packs survives our decoding and encoding", arguments: UInt64(1)...16)
    func itsMessagesSurvive(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let everything = try #require(CMessageType.everything())
        let batch = try #require(CMessageType.eventBatch())
        for _ in 0..<Self.messageCount {
            try expectSurvival(
                TestingV1.Everything.self,
                TestingV1.Everything.View.self,
                everything,
                &generator
            )
            try expectSurvival(
                TestingV1.EventBatch.self,
                TestingV1.EventBatch.View.self,
                batch,
                &generator
            )
        }
    }

    private func expectSurvival<Value: MessageValue, View: MessageView & ~Escapable>(
        _ value: Value.Type,
        _ view: View.Type,
        _ type: CMessageType,
        _ generator: inout SeededGenerator
    ) throws {
        let original = try RandomCMessage.make(type, fieldCount: 80, using: &generator)
        let bytes = SharedBytes(original.packed())
        let message = try Message<View>(bytes)
        #expect(message.bytes.sharesMemory(with: bytes), "it was put in order without need")
        let encoded = try Value(decoding: bytes.bytes).encoded()
        #expect(message.value().encoded() == encoded)
        let returned = CMessage(unpacking: Array(copying: encoded.bytes), as: type)
        guard let returned else {
            Issue.record("libprotobuf-c refuses \(Array(copying: encoded.bytes).hexadecimal)")
            return
        }
        let difference = CMessageComparison.firstDifference(original, returned, as: type)
        #expect(difference == nil, "\(Array(copying: bytes.bytes).hexadecimal)")
    }

    @Test("What we are sent survives its decoding and encoding", arguments: UInt64(1)...16)
    func ourMessagesSurvive(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let everything = try #require(CMessageType.everything())
        let batch = try #require(CMessageType.eventBatch())
        for index in 0..<Self.messageCount {
            let traits = Self.liberties[index % Self.liberties.count]
            try expectReturn(TestingV1.Everything.self, everything, traits, &generator)
            try expectReturn(TestingV1.EventBatch.self, batch, traits, &generator)
        }
    }

    private func expectReturn<Value: MessageValue>(
        _ value: Value.Type,
        _ type: CMessageType,
        _ traits: RandomWireMessage.Traits,
        _ generator: inout SeededGenerator
    ) throws {
        let bytes = RandomWireMessage.bytes(of: Value.schema, traits, using: &generator)
        let decoded = try Value(decoding: bytes.rawBytes)
        let peer = CMessage(unpacking: bytes, as: type)
        guard let peer else {
            Issue.record("libprotobuf-c refuses \(bytes.hexadecimal)")
            return
        }
        let returned = try Value(decoding: peer.packed().rawBytes)
        // By their bytes: NaN does not equal itself.
        #expect(returned.encoded() == decoded.encoded(), "\(bytes.hexadecimal)")
    }
}
