/// How far draws are from a distribution: √n times the largest difference of probabilities.
func kolmogorov(_ draws: [Double], _ cdf: (Double) -> Double) -> Double {
    let count = Double(draws.count)
    var largest = 0.0
    for (index, draw) in draws.sorted().enumerated() {
        let probability = cdf(draw)
        largest = max(
            largest,
            probability - Double(index) / count,
            Double(index + 1) / count - probability
        )
    }
    return largest * count.squareRoot()
}
