// Special functions of Boost.Math behind plain C. No function throws: outside its domain it gives NaN, where it
// overflows an infinity, at a pole NaN or an infinity; an iteration that does not converge gives NaN.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

double sextant_lgamma(double x);
double sextant_digamma(double x);
double sextant_trigamma(double x);
double sextant_erf(double x);
double sextant_erfc(double x);
double sextant_erf_inv(double x);
double sextant_erfc_inv(double x);
/// The regularised incomplete gamma functions, and their inverses in x.
double sextant_gamma_p(double shape, double x);
double sextant_gamma_q(double shape, double x);
double sextant_gamma_p_inv(double shape, double p);
double sextant_gamma_q_inv(double shape, double q);
/// The regularised incomplete beta functions, and their inverses in x.
double sextant_ibeta(double a, double b, double x);
double sextant_ibetac(double a, double b, double x);
double sextant_ibeta_inv(double a, double b, double p);
double sextant_ibetac_inv(double a, double b, double q);
/// The derivative of the regularised incomplete beta function in x.
double sextant_ibeta_derivative(double a, double b, double x);
/// The derivative of the regularised lower incomplete gamma function in x.
double sextant_gamma_p_derivative(double shape, double x);
double sextant_students_t_cdf(double degrees, double t);
double sextant_students_t_quantile(double degrees, double p);

#ifdef __cplusplus
}
#endif
