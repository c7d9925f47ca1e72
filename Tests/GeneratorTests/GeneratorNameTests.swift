import Foundation
import Generator
import Testing

@Suite("The generator writes names as Swift spells them")
struct GeneratorNameTests {
    @Test("Fields, enum values, keywords and clashes")
    func names() throws {
        let generation = try Generation(
            """
            package sextant.trial.v1;
            message Order {
              string order_id = 1; string default = 2; int32 schema = 3; int32 kind_ = 5;
              oneof kind { string type = 6; }
              Kind state = 7;
              enum Kind { KIND_UNSPECIFIED = 0; KIND_IN = 1; OTHER_THING = 2; }
              message View {}
            }
            """
        )
        let code = try #require(generation.files["test.swift"])
        #expect(generation.error == nil)
        for line in [
            "extension TrialV1 {", "public var orderID: String = \"\"",
            "public var `default`: String = \"\"", "public var schemaField: Int32 = 0",
            "public var kind2: Int32 = 0",
            "public var kind: KindChoice?", "public static let unspecified = Kind(rawValue: 0)",
            "public static let `in` = Kind(rawValue: 1)",
            "public static let otherThing = Kind(rawValue: 2)",
            "public struct ViewMessage: MessageValue {",
        ] {
            #expect(code.contains(line), "\(line)")
        }
        #expect(generation.files["Namespaces.swift"]?.contains("public enum TrialV1 {}") == true)
    }

    @Test("Comments become documentation; without one the field is named")
    func comments() throws {
        let generation = try Generation(
            """
            // Not this one.

            // An order.
            //
            // It has lines.
            message Order {
              // What it costs.
              double price = 1;
              int32 plain = 2;
            }
            """
        )
        let code = try #require(generation.files["test.swift"])
        #expect(
            code.contains(
                "    /// An order.\n    ///\n    /// It has lines.\n    public struct Order"
            )
        )
        #expect(code.contains("/// What it costs.\n        public var price"))
        #expect(code.contains("/// Field 2, `plain`.\n        public var plain"))
        #expect(!code.contains("Not this one"))
    }

    @Test("Comments of oneofs stand at the property, in the value and in the view")
    func oneofComments() throws {
        let generation = try Generation(
            """
            message Order {
              // How it is paid.
              oneof payment { string card = 1; }
              oneof other { string x = 2; }
            }
            """
        )
        let code = try #require(generation.files["test.swift"])
        let parts = code.components(separatedBy: "/// How it is paid.\n")
        #expect(parts.count == 3)
        for part in parts.dropFirst() {
            #expect(part.drop { $0 == " " }.hasPrefix("public var payment: Payment?"))
        }
        #expect(code.contains("/// The member of `other` that is set, or nil."))
    }

    @Test(
        "No line of a comment becomes code",
        arguments: ["\n", "\r\n", "\r", "\u{2028}", "\u{B}", "\u{85}"]
    )
    func commentLines(_ separator: String) throws {
        let lines = ["/* First * / line.", "let x = broken( \u{1}", "Third. */\n"]
        let generation = try Generation(lines.joined(separator: separator) + "message Order {}")
        let code = try #require(generation.files["test.swift"])
        for line in code.split(whereSeparator: \.isNewline) where line.contains("broken") {
            #expect(line.drop { $0 == " " }.hasPrefix("/// "))
        }
        #expect(code.contains("broken"))
        #expect(!code.unicodeScalars.contains("\u{1}"))
        #expect(!code.contains("\r"))
    }

    @Test("Files are written by their paths, with dots")
    func fileNames() throws {
        let generation = try Generation(
            files: [
                "a/v1/my-file.proto": "package a.v1; message A {}",
                "b/v1/my-file.proto": "package b.v1; message B {}",
            ]
        )
        #expect(
            generation.files.keys.sorted()
                == ["Namespaces.swift", "a.v1.my-file.swift", "b.v1.my-file.swift"]
        )
        #expect(generation.files["a.v1.my-file.swift"]?.contains("let myFileFile:") == true)
    }

    @Test("Options of a method that are set field by field")
    func mergedOptions() throws {
        let generation = try Generation(
            """
            package sextant.trial.v1;
            import "sextant/api/annotations.proto";
            message Request {}
            service Trial {
              rpc Go(Request) returns (Request) {
                option (sextant.api.access).scopes = "a:b";
                option (sextant.api.access).scopes = "c:d";
                option (sextant.api.http).post = "/v1/x";
                option (sextant.api.http).body = "*";
              }
            }
            """
        )
        let code = try #require(generation.files["test.swift"])
        #expect(code.contains("access: .scopes([\"a:b\", \"c:d\"])"))
        #expect(code.contains("HTTPRoute(\"POST\", PathTemplate("))
        #expect(code.contains("body: .everything)]"))
    }

    @Test("Of a proto2 file, where it is allowed, only the descriptor")
    func proto2() throws {
        let generation = try Generation(
            "syntax = \"proto2\";\npackage p; message A { optional int32 x = 1; }",
            parameter: "proto2=descriptors"
        )
        let code = try #require(generation.files["test.swift"])
        #expect(code.contains("let testFile: FileSchema"))
        #expect(code.contains("messages: [],"))
        #expect(!code.contains("struct"))
    }

    @Test("Messages or services alone, and imports only where they are used")
    func parts() throws {
        let proto = """
            package other.v1;
            message A {}
            service S { rpc Go(A) returns (A); }
            """
        let messages = try Generation(proto, parameter: "parts=messages,import=Elsewhere")
        #expect(messages.files.keys.sorted() == ["Namespaces.swift", "test.swift"])
        #expect(messages.files["test.swift"]?.contains("import Elsewhere") == false)
        #expect(messages.files["test.swift"]?.contains("ServiceSchema") == false)
        let services = try Generation(proto, parameter: "parts=services,import=Elsewhere")
        #expect(services.files.keys.sorted() == ["test.services.swift"])
        #expect(services.files["test.services.swift"]?.contains("import Elsewhere") == true)
    }
}
