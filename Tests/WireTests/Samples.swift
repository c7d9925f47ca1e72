import Messages
import TestMessages
import Wire

/// Messages that several suites use.
enum Samples {
    /// A message with a value other than the default in every field.
    static let everything: TestingV1.Everything = {
        var message = TestingV1.Everything()
        fillScalars(&message)
        fillRepeated(&message)
        fillMaps(&message)
        fillWellKnownTypes(&message)
        var inner = TestingV1.Everything()
        inner.aString = "inside"
        message.itself = inner
        message.choice = .chosenEverything(inner)
        message.initField = "a name Swift keeps for itself"
        message.selfField = "another"
        message.userID = "u-1"
        message.landingURLs = ["https://example.com/?a=ü"]
        message.oddName = "odd"
        message.far = 7
        return message
    }()

    static func nested(_ number: Int32) -> TestingV1.Everything.Nested {
        var nested = TestingV1.Everything.Nested()
        nested.number = number
        nested.text = "nummer \(number) — ✓"
        return nested
    }

    private static func fillScalars(_ message: inout TestingV1.Everything) {
        message.aDouble = -1.5
        message.aFloat = 0.1
        message.anInt32 = -1
        message.anInt64 = .min
        message.aUint32 = .max
        message.aUint64 = .max
        message.aSint32 = .min
        message.aSint64 = -2
        message.aFixed32 = 0xDEAD_BEEF
        message.aFixed64 = 1
        message.aSfixed32 = -3
        message.aSfixed64 = .max
        message.aBool = true
        message.aString = "zażółć \u{0} gęślą"
        message.someBytes = [0, 255, 128]
        message.aColor = .negative
        message.aNested = nested(1)
        message.maybeDouble = 0
        message.maybeInt32 = 0
        message.maybeUint64 = 3
        message.maybeBool = false
        message.maybeString = ""
        message.maybeBytes = []
        message.maybeColor = .unspecified
    }

    private static func fillRepeated(_ message: inout TestingV1.Everything) {
        message.doubles = [0, .infinity, -0.0]
        message.floats = [1, -.infinity]
        message.int32s = [0, -1, 300]
        message.int64s = [.min, .max]
        message.uint32s = [0, .max]
        message.uint64s = [.max, 1 << 56, 1 << 55]
        message.sint32s = [.min, .max, -64]
        message.sint64s = [.min, .max, 64]
        message.fixed32s = [1, 2]
        message.fixed64s = [3]
        message.sfixed32s = [-4]
        message.sfixed64s = [-5, 6]
        message.bools = [true, false]
        message.strings = ["", "a", "日本語"]
        message.byteStrings = [[], [1, 2]]
        message.colors = [.red, .crimson, TestingV1.Everything.Color(rawValue: 99)]
        message.nesteds = [nested(2), TestingV1.Everything.Nested()]
        message.children = [TestingV1.Everything()]
        message.unpackedInt32s = [1, -2]
        message.unpackedDoubles = [2.5]
    }

    private static func fillMaps(_ message: inout TestingV1.Everything) {
        message.int32ByInt32 = [-1: 1, 2: 0]
        message.stringByInt64 = [.min: "least"]
        message.bytesByUint32 = [0: [9]]
        message.doubleByUint64 = [.max: 0.5]
        message.boolBySint32 = [-7: true]
        message.colorBySint64 = [-8: .red]
        message.floatByFixed32 = [4: 4]
        message.uint64ByFixed64 = [5: 5]
        message.sint32BySfixed32 = [-6: -6]
        message.fixed64BySfixed64 = [-7: 7]
        message.stringByBool = [false: "no", true: "yes"]
        message.stringByString = ["": "empty", "clé": "valeur"]
        message.nestedByString = ["n": nested(3)]
        message.everythingByString = ["e": TestingV1.Everything()]
    }

    private static func fillWellKnownTypes(_ message: inout TestingV1.Everything) {
        var timestamp = GoogleProtobuf.Timestamp()
        timestamp.seconds = 1_790_000_000
        timestamp.nanos = 5_000_000
        message.aTimestamp = timestamp
        message.timestamps = [timestamp, GoogleProtobuf.Timestamp()]
        var duration = GoogleProtobuf.Duration()
        duration.seconds = -1
        duration.nanos = -500_000_000
        message.aDuration = duration
        message.durationByString = ["d": duration]
        message.anEmpty = GoogleProtobuf.Empty()
        var mask = GoogleProtobuf.FieldMask()
        mask.paths = ["a_nested.text", "user_id"]
        message.aFieldMask = mask
        var text = GoogleProtobuf.Value()
        text.kind = .stringValue("v")
        var list = GoogleProtobuf.ListValue()
        list.values = [text]
        var structure = GoogleProtobuf.Struct()
        structure.fields = ["k": text]
        message.aStruct = structure
        message.aValue = text
        message.aListValue = list
        message.values = [text]
        message.valueByString = ["v": text]
        var any = GoogleProtobuf.AnyMessage()
        any.typeURL = "type.googleapis.com/google.protobuf.Duration"
        any.value = Array(copying: duration.encoded().bytes)
        message.anAny = any
        var wrapper = GoogleProtobuf.StringValue()
        wrapper.value = "wrapped"
        message.aStringValue = wrapper
        message.anInt64Value = GoogleProtobuf.Int64Value()
    }
}
