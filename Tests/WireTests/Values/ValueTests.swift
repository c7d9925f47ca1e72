import Messages
import TestKit
import TestMessages
import Testing
import Wire

@Suite("A value holds a message's fields and encodes them again")
struct ValueTests {
    @Test("A message with every field survives a round trip")
    func roundTrip() throws {
        let bytes = Samples.everything.encoded()
        let decoded = try TestingV1.Everything(decoding: bytes.bytes)
        #expect(decoded == Samples.everything)
        #expect(decoded.encoded() == bytes)
        #expect(decoded.hashValue == Samples.everything.hashValue)
    }

    @Test("A message can be made of a value, and a value of a message")
    func messageOfValue() throws {
        let message = try Message<TestingV1.Everything.View>(Samples.everything)
        #expect(message.bytes == Samples.everything.encoded())
        #expect(message.value() == Samples.everything)
        let view = message.view
        #expect(TestingV1.Everything(view) == Samples.everything)
    }

    @Test("Negative zero and NaN keep their bits")
    func bitPatterns() throws {
        var message = TestingV1.Everything()
        message.aDouble = -0.0
        message.aFloat = .nan
        let decoded = try TestingV1.Everything(decoding: message.encoded().bytes)
        #expect(decoded.aDouble.bitPattern == message.aDouble.bitPattern)
        #expect(decoded.aFloat.bitPattern == message.aFloat.bitPattern)
    }

    @Test("Defaults are not written, unless presence is tracked")
    func defaults() {
        var message = TestingV1.Everything()
        #expect(message.encoded().count == 0)
        message.maybeInt32 = 0
        message.choice = .chosenInt32(0)
        #expect(
            Array(copying: message.encoded().bytes) == [UInt8](hexadecimal: "b8 01 00 a8 06 00")
        )
    }

    @Test("Unknown fields survive a round trip, also of a message inside")
    func unknownFields() throws {
        let bytes = [UInt8](hexadecimal: "18 01 8a 01 05 08 01 a0 1f 07 a3 1f 18 01 a4 1f a0 1f 05")
        let decoded = try TestingV1.Everything(decoding: bytes.rawBytes)
        #expect(decoded.anInt32 == 1)
        #expect(!decoded.unknownFields.isEmpty)
        #expect(Array(copying: decoded.encoded().bytes) == bytes)
    }

    @Test("A message may contain itself, and its copies are independent")
    func recursion() {
        var outer = TestingV1.Everything()
        outer.itself = TestingV1.Everything()
        var copy = outer
        copy.itself?.anInt32 = 5
        #expect(outer.itself?.anInt32 == 0)
        #expect(copy.itself?.anInt32 == 5)
        #expect(outer != copy)
        outer.itself = nil
        #expect(outer == TestingV1.Everything())
    }

    @Test("A writer gives the bytes that the value of the same fields gives")
    func writer() {
        let written = TestingV1.Everything.encode { message in
            message.setAnInt32(-1)
            message.setAString("text")
            message.setANested { nested in
                nested.setNumber(0)
                nested.setText("inside")
            }
            message.setMaybeInt32(0)
            message.addInt32s([1, 2, 300])
            message.addStrings("a")
            message.addStrings("")
            message.addNesteds { $0.setNumber(1) }
            message.addUnpackedInt32s(4)
            message.putStringByString("k", "v")
            message.setChosenString("")
        }
        var value = TestingV1.Everything()
        value.anInt32 = -1
        value.aString = "text"
        value.aNested = TestingV1.Everything.Nested()
        value.aNested?.text = "inside"
        value.maybeInt32 = 0
        value.int32s = [1, 2, 300]
        value.strings = ["a", ""]
        value.nesteds = [TestingV1.Everything.Nested()]
        value.nesteds[0].number = 1
        value.unpackedInt32s = [4]
        value.stringByString = ["k": "v"]
        value.choice = .chosenString("")
        #expect(written == value.encoded())
    }

    @Test("A writer copies texts from a view without making strings")
    func writerFromView() throws {
        let message = try Message<TestingV1.Everything.View>(Samples.everything.encoded())
        let view = message.view
        let copy = TestingV1.Everything.encode { copy in
            copy.setAString(view.aString)
            copy.setSomeBytes(view.someBytes)
            view.stringByString.forEach { copy.putStringByString($0.key, $0.value) }
        }
        let decoded = try TestingV1.Everything(decoding: copy.bytes)
        #expect(decoded.aString == Samples.everything.aString)
        #expect(decoded.someBytes == Samples.everything.someBytes)
        #expect(decoded.stringByString == Samples.everything.stringByString)
    }

    @Test("What a writer's closure throws is passed on, and the bytes so far are whole")
    func writerThrows() {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try TestingV1.Everything.encode {
                (message: inout TestingV1.Everything.Writer) throws(Stop) in
                try message.setANested {
                    (nested: inout TestingV1.Everything.Nested.Writer) throws(Stop) in
                    nested.setNumber(1)
                    throw Stop()
                }
            }
        }
    }
}

@Suite("A map field keeps its entries in order of their keys")
struct MapFieldTests {
    @Test("whatever order they came in, the later of two with one key")
    func order() {
        let map = MapField([("b", 1), ("a", 2), ("c", 3), ("b", 4)])
        #expect(map.keys == ["a", "b", "c"])
        #expect(map["b"] == 4)
        #expect(map.count == 3)
    }

    @Test("and finds, replaces, inserts and removes by key")
    func changes() {
        var map: MapField<Int32, String> = [5: "five", 1: "one"]
        map[3] = "three"
        map[5] = "fünf"
        map[1] = nil
        map[2] = nil
        #expect(map == [3: "three", 5: "fünf"])
        #expect(map[4] == nil)
        #expect(map.map { $0.key } == [3, 5])
    }

    @Test("Keys that differ only in Unicode normalization are two keys")
    func normalization() {
        let map: MapField<String, Int> = ["\u{E9}": 1, "e\u{301}": 2]
        #expect(map.count == 2)
        #expect(map["\u{E9}"] == 1)
        #expect(map["e\u{301}"] == 2)
        let one: MapField<String, Int> = ["\u{E9}": 1]
        #expect(one != ["e\u{301}": 1])
    }

    @Test("Keys of false come before true")
    func booleans() {
        let map: MapField<Bool, Int> = [true: 1, false: 0]
        #expect(map.keys == [false, true])
    }
}
