internal import Messages
internal import Panels

extension MixModelV1.CrossValidation {
    /// What people are told: how wrong it is of what it has not seen, and each fit.
    var text: String {
        let rows = [Fold.head] + folds.map(\.cells)
        return [verdict, TextTable.text(rows)].joined(separator: "\n\n")
    }

    private var verdict: String {
        let extent = "\(horizonPeriods) periods that it has not seen"
        guard let wmape else { return "Nothing can be said of \(extent): see each fit." }
        var text = "Of \(extent) such a model is \(Figure.percent(wmape)) wrong"
        if let naiveWmape {
            let word = wmape < naiveWmape ? "better" : "NO better"
            text += ", which is \(word) than repeating the past (\(Figure.percent(naiveWmape)))"
        }
        if let coverage90 {
            text += "; \(Figure.percent(coverage90)) lie within 90 % intervals"
        }
        return text + "."
    }
}

extension MixModelV1.CrossValidation.Fold {
    fileprivate static let head = [
        "predicts from", "to", "fitted to", "wMAPE fitted", "wMAPE unseen", "past repeated",
        "in 90 % intervals", "",
    ]

    fileprivate var cells: [String] {
        [
            firstDate, lastDate, "\(fittedPeriods)",
            training?.wmape.map(Figure.percent) ?? "", holdout?.wmape.map(Figure.percent) ?? "",
            naiveWmape.map(Figure.percent) ?? "",
            holdout.map { Figure.percent($0.coverage90) } ?? "", note,
        ]
    }

    private var note: String {
        let without =
            unchangedControls.isEmpty
            ? nil : "without \(unchangedControls.joined(separator: ", ")), unchanged by then"
        return [isFailure ? "not to be trusted: \(verdict)" : nil, without].compactMap { $0 }
            .joined(separator: "; ")
    }
}
