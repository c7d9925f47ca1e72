import Files
import Wire

/// Any bytes are refused with a finding, or are rows: the same however the bytes come in parts, and
/// the same behind any row from which reading goes on.
struct FilesTarget {
    private let form: FileForm
    private let encoding: TextEncoding
    private let step: Int

    /// The time that dates are held against: 2026-01-01T00:00:00Z.
    private static let now = 1_767_225_600_000_000

    init(bits: UInt8) {
        let delimiters: [UInt8] = [0x2C, 0x3B, 0x09, 0x7C]
        form =
            bits & 4 == 0
            ? .delimited(Dialect(delimiter: delimiters[Int(bits & 3)]))
            : .objects(paths: ["a", "a.b", "event_params.id", "c.d.e"])
        encoding = [.utf8, .latin1, .windows1252, .utf8][Int(bits >> 3 & 3)]
        step = 1 + Int(bits >> 5)
    }

    func run(_ bytes: RawSpan) {
        let whole = read(bytes, step: bytes.byteCount, from: nil)
        let parted = read(bytes, step: step, from: nil)
        precondition((whole.fault == nil) == (parted.fault == nil), "parts change how a file ends")
        // How much of a broken stream is unpacked before its fault is the libraries' affair.
        let count = min(whole.rows.count, parted.rows.count)
        precondition(whole.fault != nil || whole.rows.count == parted.rows.count, "rows get lost")
        precondition(whole.rows[..<count] == parted.rows[..<count], "parts change rows")
        for (place, checkpoint) in whole.checkpoints.enumerated() where place % 3 == 0 {
            guard let again = Checkpoint(text: checkpoint.text), again == checkpoint else {
                preconditionFailure("a checkpoint does not come back")
            }
            let rest = bytes.extracting(again.sentOffset..<bytes.byteCount)
            let behind = read(rest, step: 1 + rest.byteCount / 2, from: again)
            let rows = whole.rows[(place + 1)...]
            let known = min(rows.count, behind.rows.count)
            precondition(whole.fault != nil || rows.count == behind.rows.count, "rows get lost")
            precondition(rows.prefix(known) == behind.rows[..<known], "going on changes rows")
        }
        guess(bytes)
    }

    private struct Outcome {
        var rows: [[UInt8]] = []
        var checkpoints: [Checkpoint] = []
        var fault: Finding?
    }

    private func read(_ bytes: RawSpan, step: Int, from checkpoint: Checkpoint?) -> Outcome {
        var reader = RowReader(form: form, encoding: encoding, from: checkpoint)
        var outcome = Outcome()
        var offset = 0
        do throws(Finding) {
            while true {
                switch try reader.next() {
                case .ended: return outcome
                case .starved where offset == bytes.byteCount: reader.finish()
                case .starved:
                    let end = min(bytes.byteCount, offset + max(step, 1))
                    reader.append(bytes.extracting(offset..<end))
                    offset = end
                case .row:
                    outcome.rows.append(text(reader))
                    outcome.checkpoints.append(reader.checkpoint())
                }
            }
        } catch {
            outcome.fault = error
            return outcome
        }
    }

    /// All that a row says, in one piece.
    private func text(_ reader: borrowing RowReader) -> [UInt8] {
        var text = Array("\(reader.record) \(reader.byteOffset) \(reader.byteCount)".utf8)
        text += Array((reader.fault?.rule.rawValue ?? "").utf8)
        for column in 0..<reader.cellCount {
            text.append(0)
            text.append(copying: reader.cell(column))
        }
        return text
    }

    /// What is guessed of a file reads it, without a fault in its header.
    private func guess(_ bytes: RawSpan) {
        do throws(Finding) {
            let guess = try FileGuess(start: bytes, isWhole: true)
            let plan = guess.plan
            precondition(guess.columns.count == plan.columns.count, "a column without a reason")
            for row in try guess.preview(now: Self.now) {
                guard case .rejected(let findings) = row.fate else { continue }
                precondition(!findings.isEmpty, "a row is rejected without a reason")
                for finding in findings {
                    precondition(
                        finding.excerpt.count <= Finding.longestExcerpt,
                        "an excerpt is too long"
                    )
                }
            }
        } catch {
            precondition(error.rule != .wrongColumns, "a guess does not fit its own file")
        }
    }
}
