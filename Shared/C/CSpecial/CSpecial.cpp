// Bad arguments give NaN; assertions would end the program.
#define BOOST_DISABLE_ASSERTS
#include "CSpecial.h"

#include <cmath>
#include <limits>

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>

namespace {

using namespace boost::math::policies;

// Double precision throughout: extended precision would cost several times as much for the last digit.
using Plain = policy<domain_error<ignore_error>, pole_error<ignore_error>, overflow_error<ignore_error>,
                     underflow_error<ignore_error>, denorm_error<ignore_error>, rounding_error<ignore_error>,
                     evaluation_error<throw_on_error>, indeterminate_result_error<ignore_error>,
                     promote_double<false>>;
// Where double precision loses digits: the inner steps in extended precision.
using Extended = normalise<Plain, promote_double<true>>::type;

// What is not a number is not asked about: some functions would loop or give numbers.
template <typename Function, typename... Numbers>
double guarded(Function function, Numbers... numbers) noexcept {
    if ((std::isnan(numbers) || ...)) return std::numeric_limits<double>::quiet_NaN();
    try {
        return function(numbers...);
    } catch (...) {
        return std::numeric_limits<double>::quiet_NaN();
    }
}

using StudentsT = boost::math::students_t_distribution<double, Extended>;

bool is_probability(double p) { return p >= 0 && p <= 1; }

}  // namespace

extern "C" {

double sextant_lgamma(double x) {
    return guarded([](auto... n) { return boost::math::lgamma(n..., Plain()); }, x);
}
double sextant_digamma(double x) {
    return guarded([](auto... n) { return boost::math::digamma(n..., Plain()); }, x);
}
double sextant_trigamma(double x) {
    return guarded([](auto... n) { return boost::math::trigamma(n..., Plain()); }, x);
}
double sextant_erf(double x) {
    return guarded([](auto... n) { return boost::math::erf(n..., Plain()); }, x);
}
double sextant_erfc(double x) {
    return guarded([](auto... n) { return boost::math::erfc(n..., Plain()); }, x);
}
double sextant_erf_inv(double x) {
    return guarded([](auto... n) { return boost::math::erf_inv(n..., Plain()); }, x);
}
double sextant_erfc_inv(double x) {
    return guarded([](auto... n) { return boost::math::erfc_inv(n..., Plain()); }, x);
}
double sextant_gamma_p(double shape, double x) {
    return guarded([](auto... n) { return boost::math::gamma_p(n..., Extended()); }, shape, x);
}
double sextant_gamma_q(double shape, double x) {
    return guarded([](auto... n) { return boost::math::gamma_q(n..., Extended()); }, shape, x);
}
double sextant_gamma_p_inv(double shape, double p) {
    return guarded([](auto... n) { return boost::math::gamma_p_inv(n..., Extended()); }, shape, p);
}
double sextant_gamma_q_inv(double shape, double q) {
    return guarded([](auto... n) { return boost::math::gamma_q_inv(n..., Extended()); }, shape, q);
}
double sextant_ibeta(double a, double b, double x) {
    return guarded([](auto... n) { return boost::math::ibeta(n..., Extended()); }, a, b, x);
}
double sextant_ibetac(double a, double b, double x) {
    return guarded([](auto... n) { return boost::math::ibetac(n..., Extended()); }, a, b, x);
}
double sextant_ibeta_inv(double a, double b, double p) {
    return guarded([](auto... n) { return boost::math::ibeta_inv(n..., Extended()); }, a, b, p);
}
double sextant_ibetac_inv(double a, double b, double q) {
    return guarded([](auto... n) { return boost::math::ibetac_inv(n..., Extended()); }, a, b, q);
}
double sextant_ibeta_derivative(double a, double b, double x) {
    return guarded([](auto... n) { return boost::math::ibeta_derivative(n..., Extended()); }, a, b, x);
}
double sextant_gamma_p_derivative(double shape, double x) {
    return guarded([](auto... n) { return boost::math::gamma_p_derivative(n..., Extended()); }, shape, x);
}
double sextant_students_t_cdf(double degrees, double t) {
    if (!(degrees > 0)) return std::numeric_limits<double>::quiet_NaN();
    return guarded([](double n, double x) { return boost::math::cdf(StudentsT(n), x); }, degrees, t);
}
double sextant_students_t_quantile(double degrees, double p) {
    if (!(degrees > 0) || !is_probability(p)) return std::numeric_limits<double>::quiet_NaN();
    return guarded([](double n, double x) { return boost::math::quantile(StudentsT(n), x); }, degrees, p);
}

}  // extern "C"
