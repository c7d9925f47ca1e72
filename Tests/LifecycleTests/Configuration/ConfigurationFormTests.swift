import Net
import TestKit
import Testing

@testable import Lifecycle

@Suite("A form of values")
struct ConfigurationFormTests {
    private static let durations: [(String, Duration?)] = [
        ("0s", .zero), ("1ns", .nanoseconds(1)), ("250us", .microseconds(250)),
        ("250ms", .milliseconds(250)), ("30s", .seconds(30)), ("5m", .seconds(300)),
        ("24h", .seconds(86_400)), ("007d", .seconds(7 * 86_400)),
        ("9223372036854775807ns", .nanoseconds(Int64.max)),
        ("", nil), ("s", nil), ("30", nil), ("30 s", nil), (" 30s", nil), ("-1s", nil),
        ("+1s", nil), ("1.5s", nil), ("1m30s", nil), ("30S", nil), ("30sec", nil), ("٣s", nil),
        ("1s\0", nil), ("1s\u{301}", nil),
    ]

    @Test("reads durations", arguments: durations)
    func duration(text: String, expected: Duration?) {
        let form = ConfigurationForm.duration(in: .zero ... .nanoseconds(Int64.max))
        #expect(form.result(text) == (expected.map { .success($0) } ?? .failure(.malformed)))
    }

    @Test(
        "refuses durations that 64 bits of nanoseconds do not hold",
        arguments: [
            "9223372036854775808ns", "9223372037s", "106752d", "99999999999999999999999999s",
        ]
    )
    func durationOverflow(text: String) {
        let form = ConfigurationForm.duration(in: .zero ... .seconds(Int64.max))
        #expect(form.result(text) == .failure(.outOfRange))
    }

    private static let sizes: [(String, Int?)] = [
        ("0B", 0), ("1B", 1), ("512KiB", 512 << 10), ("256MiB", 256 << 20), ("2GiB", 2 << 30),
        ("1TiB", 1 << 40), ("9223372036854775807B", Int.max),
        ("", nil), ("1", nil), ("KiB", nil), ("1KB", nil), ("1kB", nil), ("1 KiB", nil),
        ("-1B", nil), ("1.5KiB", nil), ("1kib", nil), ("1PiB", nil),
    ]

    @Test("reads sizes", arguments: sizes)
    func bytes(text: String, expected: Int?) {
        let form = ConfigurationForm.bytes(in: 0...Int.max)
        #expect(form.result(text) == (expected.map { .success($0) } ?? .failure(.malformed)))
    }

    @Test(
        "refuses sizes that 64 bits do not hold",
        arguments: ["9223372036854775808B", "8388608TiB", "9007199254740992KiB"]
    )
    func bytesOverflow(text: String) {
        #expect(ConfigurationForm.bytes(in: 0...Int.max).result(text) == .failure(.outOfRange))
    }

    private static let integers: [(String, Result<Int, ConfigurationFault>)] = [
        ("-5", .success(-5)), ("0", .success(0)), ("010", .success(10)), ("100", .success(100)),
        ("101", .failure(.outOfRange)), ("-6", .failure(.outOfRange)),
        ("9223372036854775808", .failure(.outOfRange)),
        ("-99999999999999999999999", .failure(.outOfRange)),
        ("", .failure(.malformed)), ("-", .failure(.malformed)), ("--1", .failure(.malformed)),
        ("+1", .failure(.malformed)), ("1.0", .failure(.malformed)), ("1e2", .failure(.malformed)),
        ("0x10", .failure(.malformed)), ("1_0", .failure(.malformed)), ("٣", .failure(.malformed)),
        ("1 ", .failure(.malformed)),
    ]

    @Test("reads whole numbers", arguments: integers)
    func integer(text: String, expected: Result<Int, ConfigurationFault>) {
        #expect(ConfigurationForm.integer(in: -5...100).result(text) == expected)
    }

    private static let numbers: [(String, Result<Double, ConfigurationFault>)] = [
        ("0", .success(0)), ("0.5", .success(0.5)), ("1e-3", .success(0.001)), ("1", .success(1)),
        ("1.1", .failure(.outOfRange)), ("-0.1", .failure(.outOfRange)),
        ("1e999", .failure(.outOfRange)), ("nan", .failure(.malformed)),
        ("inf", .failure(.malformed)), ("infinity", .failure(.malformed)),
        ("0x1p-1", .failure(.malformed)), ("", .failure(.malformed)), (".", .failure(.malformed)),
        ("1e", .failure(.malformed)), ("0,5", .failure(.malformed)), ("1 ", .failure(.malformed)),
    ]

    @Test("reads numbers", arguments: numbers)
    func number(text: String, expected: Result<Double, ConfigurationFault>) {
        #expect(ConfigurationForm.number(in: 0...1).result(text) == expected)
    }

    @Test("reads words of a list, truths and addresses, and nothing like them")
    func words() throws {
        let boolean = ConfigurationForm.boolean
        #expect(boolean.result("true") == .success(true))
        #expect(boolean.result("false") == .success(false))
        for text in ["", "True", "1", "yes", "on"] {
            #expect(boolean.result(text) == .failure(.malformed))
        }
        let level = ConfigurationForm.choice(of: SampleConfiguration.Level.self)
        #expect(level.expectation == "one of debug, info, warning")
        #expect(level.result("warning") == .success(.warning))
        #expect(level.result("Warning") == .failure(.malformed))
        let address = ConfigurationForm.socketAddress
        #expect(address.result("[::1]:80") == .success(try SocketAddress("[::1]:80")))
        #expect(address.result("localhost:80") == .failure(.malformed))
        #expect(address.result("127.0.0.1") == .failure(.malformed))
    }

    @Test("reads texts of some length, without control characters")
    func strings() {
        let form = ConfigurationForm.string(bytes: 2...4)
        #expect(form.result("ab") == .success("ab"))
        #expect(form.result("éé") == .success("éé"))
        #expect(form.result("a") == .failure(.outOfRange))
        #expect(form.result("abcde") == .failure(.outOfRange))
        #expect(form.result("ééa") == .failure(.outOfRange))
        for text in ["a\nb", "a\tb", "a\0b", "a\u{7f}b"] {
            #expect(form.result(text) == .failure(.malformed))
        }
    }

    @Test("reads lists of another form, each element by its rules")
    func lists() {
        let form = ConfigurationForm.list(of: .integer(in: 1...9), count: 1...3)
        #expect(
            form.expectation == "1 to 3 values separated by commas, each a whole number from 1 to 9"
        )
        #expect(form.result("1") == .success([1]))
        #expect(form.result(" 1, 2\t,3 ") == .success([1, 2, 3]))
        #expect(form.result("") == .failure(.outOfRange))
        #expect(form.result("1,2,3,4") == .failure(.outOfRange))
        #expect(form.result("1,,2") == .failure(.malformed))
        #expect(form.result("1,") == .failure(.malformed))
        #expect(form.result("1,10") == .failure(.outOfRange))
        #expect(form.result("1,x") == .failure(.malformed))
        let many = String(repeating: ",", count: 100_000)
        #expect(form.result(many) == .failure(.outOfRange))
    }

    @Test("of one's own is asked and told like the others")
    func custom() {
        let form = ConfigurationForm<Character>(
            expecting: "a letter",
            placeholder: "a",
            reading: { $0.count == 1 ? $0.first : nil },
            printing: { String($0) }
        )
        #expect(form.result("x") == .success("x"))
        #expect(form.result("xy") == .failure(.malformed))
    }

    @Test("reads what it prints as the same value", arguments: UInt64(0)..<20)
    func roundTrips(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let duration = ConfigurationForm.duration(in: .zero ... .nanoseconds(Int64.max))
        let bytes = ConfigurationForm.bytes(in: 0...Int.max)
        let integer = ConfigurationForm.integer(in: Int.min...Int.max)
        let number = ConfigurationForm.number(
            in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
        )
        for _ in 0..<200 {
            let bits = Int(truncatingIfNeeded: random.integerBits())
            let amount = bits & Int.max
            let unit = random.pick([1, 1_000, 60_000_000_000, 86_400_000_000_000])
            let time = Duration.nanoseconds(amount / unit * unit)
            #expect(duration.result(duration.print(time)) == .success(time))
            let size = (amount >> random.number(in: 0...62)) << random.pick([0, 10, 20])
            #expect(bytes.result(bytes.print(size & Int.max)) == .success(size & Int.max))
            #expect(integer.result(integer.print(bits)) == .success(bits))
            let double = random.double()
            guard double.isFinite else { continue }
            #expect(number.result(number.print(double)) == .success(double))
        }
    }

    @Test("prints quantities in their largest whole unit")
    func printing() {
        let duration = ConfigurationForm.duration(in: .zero ... .seconds(1 << 40))
        #expect(duration.print(.zero) == "0s")
        #expect(duration.print(.milliseconds(1500)) == "1500ms")
        #expect(duration.print(.seconds(90)) == "90s")
        #expect(duration.print(.seconds(7200)) == "2h")
        #expect(duration.print(.seconds(1 << 40)) == "1099511627776s")
        let bytes = ConfigurationForm.bytes(in: 0...Int.max)
        #expect(bytes.print(0) == "0B")
        #expect(bytes.print(1536) == "1536B")
        #expect(bytes.print(1 << 30) == "1GiB")
    }
}
