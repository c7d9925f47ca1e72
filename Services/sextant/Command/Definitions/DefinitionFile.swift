internal import Messages
internal import Wire

/// A file that says what a draft is to say.
struct DefinitionFile {
    /// Where it is; `-` for standard input.
    let path: String
    /// What it defines, one of ``subjects``.
    let subject: String

    static let touchRule = "touch-rule"
    static let conversions = "conversion-definitions"
    /// What there are definitions of.
    static let subjects = [touchRule, conversions]

    /// The most bytes that are read.
    private static let mostBytes = 4 << 20

    /// Reads it.
    ///
    /// - Returns: what it says.
    /// - Throws: ``CommandFailure`` if it cannot be read, or is no JSON of its subject.
    func read() throws -> Content {
        guard
            let bytes = try FileSystem.read(path == "-" ? "/dev/stdin" : path, upTo: Self.mostBytes)
        else { throw CommandFailure.usage("\(path) cannot be read: there is no such file") }
        do throws(CodecError) {
            return subject == Self.touchRule
                ? .touchRule(try IngestV1.TouchRule(json: bytes.rawBytes))
                : .conversions(try IngestV1.ConversionDefinitions(json: bytes.rawBytes))
        } catch {
            throw CommandFailure.usage(
                "\(path) says nothing of \(subject): \(error)",
                next: "sextant definitions show \(subject) --content"
            )
        }
    }

    /// What a draft is to say, for either call that takes it.
    enum Content: Equatable {
        case touchRule(IngestV1.TouchRule)
        case conversions(IngestV1.ConversionDefinitions)

        var create: IngestV1.CreateDraftRequest.Content {
            switch self {
            case .touchRule(let rule): .touchRule(rule)
            case .conversions(let definitions): .conversionDefinitions(definitions)
            }
        }

        var update: IngestV1.UpdateDraftRequest.Content {
            switch self {
            case .touchRule(let rule): .touchRule(rule)
            case .conversions(let definitions): .conversionDefinitions(definitions)
            }
        }
    }
}
