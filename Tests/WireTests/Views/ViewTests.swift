import Messages
import TestKit
import TestMessages
import Testing
import Wire

@Suite("A view reads each kind of field where it lies")
struct ViewTests {
    private typealias View = TestingV1.Everything.View

    private func message(_ hex: String) throws -> Message<View> {
        try Message<View>(SharedBytes([UInt8](hexadecimal: hex)))
    }

    @Test("numbers of every coding")
    func numbers() throws {
        let message = try message(
            "09 000000000000f8bf 15 cdcccc3d 18 ffffffffffffffffff01 20 80 01 28 ff ff ff ff 0f"
                + "38 01 40 03 4d efbeadde 51 0100000000000000 5d fdffffff 68 05"
        )
        let view = message.view
        #expect(view.aDouble == -1.5)
        #expect(view.aFloat == 0.1)
        #expect(view.anInt32 == -1)
        #expect(view.anInt64 == 128)
        #expect(view.aUint32 == .max)
        #expect(view.aSint32 == -1)
        #expect(view.aSint64 == -2)
        #expect(view.aFixed32 == 0xDEAD_BEEF)
        #expect(view.aFixed64 == 1)
        #expect(view.aSfixed32 == -3)
        #expect(view.aBool == true)
    }

    @Test("a number that is too wide keeps its low bits, as protobuf specifies")
    func truncatedNumbers() throws {
        let message = try message("18 ff ff ff ff ff ff ff ff 7f 28 81 80 80 80 10")
        #expect(message.view.anInt32 == -1)
        #expect(message.view.aUint32 == 1)
    }

    @Test("text and bytes, NUL included, without copying")
    func text() throws {
        let message = try message("72 03 61 00 62 7a 02 ff 00")
        let view = message.view
        #expect(String(view.aString) == "a\u{0}b")
        #expect(view.aString.count == 3)
        #expect(Array(copying: view.someBytes) == [255, 0])
        let place = message.bytes.bytes.byteOffsets(of: view.aString.utf8)
        #expect(place == 2..<5)
    }

    @Test("absence apart from the default where presence is tracked")
    func presence() throws {
        let empty = try message("")
        #expect(empty.view.maybeInt32 == nil)
        let hasText = empty.view.maybeString != nil
        let hasNested = empty.view.aNested != nil
        #expect(!hasText && !hasNested)
        let zeros = try message("b8 01 00 92 02 00 8a 01 00")
        let view = zeros.view
        #expect(view.maybeInt32 == 0)
        var text: String?
        if let given = view.maybeString { text = String(given) }
        #expect(text == "")
        var number: Int32?
        if let nested = view.aNested { number = nested.number }
        #expect(number == 0)
    }

    @Test("the last of a scalar sent twice")
    func lastScalarWins() throws {
        let message = try message("18 01 18 02 72 01 61 72 01 62")
        #expect(message.view.anInt32 == 2)
        #expect(String(message.view.aString) == "b")
    }

    @Test("repeated numbers, packed, not packed, and both in turn")
    func repeatedNumbers() throws {
        let message = try message("d8 02 01 da 02 02 02 03 d8 02 04 da 02 00 da 02 01 05")
        #expect(message.view.int32s.values() == [1, 2, 3, 4, 5])
        let empty = try self.message("da 02 00")
        let areEmpty = (message.view.int32s.isEmpty, empty.view.int32s.isEmpty)
        #expect(areEmpty == (false, true))
        #expect(empty.view.doubles.values() == [])
    }

    @Test("repeated texts and messages, in order")
    func repeatedMessages() throws {
        let message = try message("b2 03 01 61 b2 03 00 ca 03 02 08 01 ca 03 02 08 02")
        let view = message.view
        #expect(view.strings.strings() == ["a", ""])
        #expect(view.nesteds.count == 2)
        #expect(view.nesteds.map { $0.number } == [1, 2])
    }

    @Test("maps by their keys; an entry without a key or value has the default")
    func maps() throws {
        let message = try message("92 05 06 0a 01 6b 12 01 76 92 05 00 ba 04 04 08 02 10 03")
        let view = message.view
        #expect(view.stringByString.count == 2)
        var values: [String?] = []
        for key in ["k", "", "absent"] {
            if let entry = view.stringByString.entry(key) {
                values.append(String(entry.value))
            } else {
                values.append(nil)
            }
        }
        #expect(values == ["v", "", nil])
        var number: Int32?
        if let entry = view.int32ByInt32.entry(2) { number = entry.value }
        #expect(number == 3)
    }

    @Test("the member of a oneof that came last")
    func oneof() throws {
        let message = try message("a8 06 07 b2 06 01 78")
        let view = message.view
        guard case .chosenString(let text)? = view.choice else {
            Issue.record("the wrong member is set")
            return
        }
        #expect(String(text) == "x")
        let none = try self.message("")
        if case .some = none.view.choice { Issue.record("a member is set") }
    }

    @Test("enums by number, named or not")
    func enums() throws {
        let message = try message("80 01 ff ff ff ff ff ff ff ff ff 01")
        #expect(message.view.aColor == .negative)
        #expect(message.view.aColor.name == "COLOR_NEGATIVE")
        let unnamed = try self.message("80 01 63")
        #expect(unnamed.view.aColor.rawValue == 99)
        #expect(unnamed.view.aColor.name == nil)
    }

    @Test("a known number with a foreign wire type, and groups, as unknown fields")
    func unknownFields() throws {
        let hex = "1d 01 00 00 00 a3 1f 18 01 a4 1f 18 05"
        let message = try message(hex)
        #expect(message.view.anInt32 == 5)
        #expect(
            message.view.unknownFields.bytes == [UInt8](hexadecimal: "1d 01000000 a31f 1801 a41f")
        )
    }

    @Test("across a suspension, and in a task by its owner")
    func tasks() async throws {
        let message = try message("72 01 61")
        let view = message.view
        await Task.yield()
        #expect(String(view.aString) == "a")
        let copied = await Task { String(message.view.aString) }.value
        #expect(copied == "a")
    }
}
