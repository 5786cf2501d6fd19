/* .NET's System.Decimal for the engine: 96 bits, 0 to 28 places, halves to even. The same rules as netdecimal.py, which is
   used where this could not be built; a property test holds the two together. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef unsigned __int128 u128;
typedef uint64_t u64;

typedef struct {
    PyObject_HEAD
    u128 m;
    int scale;
    int negative;
} Net;

typedef struct {
    u128 m;
    int scale;
    int negative;
} Value;

typedef struct {
    u64 w[3];
} Wide;

#define MOST_SCALE 28
static const u128 LIMIT = (u128)1 << 96;
static const u64 TENS[20] = {
    1ull, 10ull, 100ull, 1000ull, 10000ull, 100000ull, 1000000ull, 10000000ull, 100000000ull, 1000000000ull,
    10000000000ull, 100000000000ull, 1000000000000ull, 10000000000000ull, 100000000000000ull, 1000000000000000ull,
    10000000000000000ull, 100000000000000000ull, 1000000000000000000ull, 10000000000000000000ull};
static const double DOUBLE_TENS[81] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
    1e22, 1e23, 1e24, 1e25, 1e26, 1e27, 1e28, 1e29, 1e30, 1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37, 1e38, 1e39, 1e40, 1e41,
    1e42, 1e43, 1e44, 1e45, 1e46, 1e47, 1e48, 1e49, 1e50, 1e51, 1e52, 1e53, 1e54, 1e55, 1e56, 1e57, 1e58, 1e59, 1e60, 1e61,
    1e62, 1e63, 1e64, 1e65, 1e66, 1e67, 1e68, 1e69, 1e70, 1e71, 1e72, 1e73, 1e74, 1e75, 1e76, 1e77, 1e78, 1e79, 1e80};

static PyTypeObject NetType;
#define Net_Check(o) PyObject_TypeCheck(o, &NetType)

static u128 ten(int n) { return n < 20 ? (u128)TENS[n] : (u128)TENS[19] * TENS[n - 19]; }

static PyObject *make(Value v) {
    Net *o = PyObject_New(Net, &NetType);
    if (!o) return NULL;
    o->m = v.m;
    o->scale = v.scale;
    o->negative = v.negative;
    return (PyObject *)o;
}

static void Net_dealloc(PyObject *self) { PyObject_Free(self); }

static int overflow(void) {
    PyErr_SetString(PyExc_OverflowError, "Value was either too large or too small for a Decimal.");
    return -1;
}

static Wide widen(u128 a, u128 b) { /* a * b, both below 2^96 */
    u64 a0 = (u64)a, a1 = (u64)(a >> 64), b0 = (u64)b, b1 = (u64)(b >> 64);
    u128 low = (u128)a0 * b0, mid1 = (u128)a1 * b0, mid2 = (u128)a0 * b1, high = (u128)a1 * b1;
    Wide r;
    r.w[0] = (u64)low;
    u128 t = (low >> 64) + (u64)mid1 + (u64)mid2;
    r.w[1] = (u64)t;
    r.w[2] = (u64)((t >> 64) + (mid1 >> 64) + (mid2 >> 64) + high);
    return r;
}

static u64 divide(Wide *r, u64 d) { /* r /= d, gives the remainder */
    u128 rest = 0;
    for (int i = 2; i >= 0; i--) {
        if (!rest && !r->w[i]) continue;
        if (!rest) {
            u64 w = r->w[i];
            r->w[i] = w / d;
            rest = w % d;
        } else {
            u128 n = (rest << 64) | r->w[i];
#if defined(__x86_64__)
            u64 q, rem;
            __asm__("divq %4" : "=a"(q), "=d"(rem) : "0"((u64)n), "1"((u64)(n >> 64)), "r"(d) : "cc");
            r->w[i] = q;
            rest = rem;
#else
            r->w[i] = (u64)(n / d);
            rest = n % d;
#endif
        }
    }
    return (u64)rest;
}

static int bits(const Wide *r) {
    for (int i = 2; i >= 0; i--)
        if (r->w[i]) return i * 64 + 64 - __builtin_clzll(r->w[i]);
    return 0;
}

/* As few digits off the end as make it fit 96 bits and 28 places; halves to even. */
static int fit(Wide *r, int scale, Value *out) {
    int b = bits(r), drop = 0;
    if (b > 96) {
        drop = (((b - 97) * 77) >> 8) + 1;
        if (drop > scale) return overflow();
    }
    if (drop < scale - MOST_SCALE) drop = scale - MOST_SCALE;
    if (drop) {
        int sticky = 0;
        u64 rest = 0;
        scale -= drop;
        for (;;) {
            int n = drop > 19 ? 19 : drop;
            sticky |= rest != 0;
            rest = divide(r, TENS[n]);
            drop -= n;
            if (drop > 0) continue;
            if (bits(r) > 96) {
                if (!scale) return overflow();
                drop = 1;
                scale--;
                continue;
            }
            u64 half = TENS[n] >> 1;
            if (rest > half || (rest == half && ((r->w[0] & 1) || sticky))) {
                if (!++r->w[0]) ++r->w[1];
                if (bits(r) > 96) {
                    if (!scale) return overflow();
                    drop = 1;
                    scale--;
                    sticky = 0;
                    rest = 0;
                    continue;
                }
            }
            break;
        }
    }
    out->m = ((u128)r->w[1] << 64) | r->w[0];
    out->scale = scale;
    return 0;
}

static int add(Value a, Value b, Value *out) {
    if (a.scale == b.scale && a.negative == b.negative) {
        u128 s = a.m + b.m;
        out->negative = a.negative;
        out->scale = a.scale;
        if (s < LIMIT) {
            out->m = s;
            return 0;
        }
        if (!a.scale) return overflow();
        u128 q = s / 10;
        unsigned digit = (unsigned)(s % 10);
        if (digit > 5 || (digit == 5 && (q & 1))) q++;
        out->m = q;
        out->scale = a.scale - 1;
        return 0;
    }
    if (a.scale == b.scale) {
        out->scale = a.scale;
        if (a.m >= b.m) {
            out->m = a.m - b.m;
            out->negative = a.negative;
        } else {
            out->m = b.m - a.m;
            out->negative = b.negative;
        }
        return 0;
    }
    Value *coarse = a.scale < b.scale ? &a : &b, *fine = a.scale < b.scale ? &b : &a;
    int diff = fine->scale - coarse->scale;
    Wide w = widen(coarse->m, ten(diff));
    int negative = coarse->negative;
    u64 f0 = (u64)fine->m, f1 = (u64)(fine->m >> 64);
    if (a.negative == b.negative) {
        u128 t = (u128)w.w[0] + f0;
        w.w[0] = (u64)t;
        t = (u128)w.w[1] + f1 + (u64)(t >> 64);
        w.w[1] = (u64)t;
        w.w[2] += (u64)(t >> 64);
    } else if (w.w[2] || (((u128)w.w[1] << 64) | w.w[0]) >= fine->m) {
        u128 t = (((u128)w.w[1] << 64) | w.w[0]);
        if (t < fine->m) w.w[2]--;
        t -= fine->m;
        w.w[0] = (u64)t;
        w.w[1] = (u64)(t >> 64);
    } else {
        u128 t = fine->m - (((u128)w.w[1] << 64) | w.w[0]);
        w.w[0] = (u64)t;
        w.w[1] = (u64)(t >> 64);
        negative = fine->negative;
    }
    out->negative = negative;
    return fit(&w, fine->scale, out);
}

static int multiply(Value a, Value b, Value *out) {
    int scale = a.scale + b.scale;
    out->negative = a.negative ^ b.negative;
    if (!(a.m >> 32) && !(b.m >> 32)) {
        if (scale > MOST_SCALE + 19) {
            out->m = 0;
            out->scale = 0;
            out->negative = 0;
            return 0;
        }
    } else if (!a.m || !b.m) {
        out->m = 0;
        out->scale = 0;
        out->negative = 0;
        return 0;
    }
    Wide w = widen(a.m, b.m);
    return fit(&w, scale, out);
}

static int divided(Value a, Value b, Value *out) {
    if (!b.m) {
        PyErr_SetString(PyExc_ZeroDivisionError, "Attempted to divide by zero.");
        return -1;
    }
    int scale = a.scale - b.scale, strip = 0;
    u128 q, rest;
    if (!(a.m >> 64) && !(b.m >> 64)) {
        q = (u64)a.m / (u64)b.m;
        rest = (u64)a.m % (u64)b.m;
    } else {
        q = a.m / b.m;
        rest = a.m - q * b.m;
    }
    for (;;) {
        int n;
        if (!rest) {
            if (scale >= 0) break;
            n = -scale < 9 ? -scale : 9;
            if (q && q >= (LIMIT + ten(n) - 1) / ten(n)) return overflow();
        } else {
            strip = 1;
            n = MOST_SCALE - scale < 9 ? MOST_SCALE - scale : 9;
            if (q >> 66)
                while (n > 0 && q > (LIMIT - 1) / TENS[n]) n--;
            if (n <= 0) {
                if (scale < 0) return overflow();
                u128 twice = rest << 1;
                if (twice > b.m || (twice == b.m && (q & 1))) {
                    q++;
                    if (q >= LIMIT) {
                        if (!scale) return overflow();
                        unsigned digit = (unsigned)(q % 10);
                        q /= 10;
                        if (digit > 5 || (digit == 5 && (q & 1))) q++;
                        scale--;
                    }
                }
                break;
            }
        }
        u128 more = rest * TENS[n];
        u128 digits;
        if (!(more >> 64)) {
            if (b.m >> 64) digits = 0;
            else {
                digits = (u64)more / (u64)b.m;
                more = (u64)more % (u64)b.m;
            }
        } else {
            digits = more / b.m;
            more -= digits * b.m;
        }
        rest = more;
        scale += n;
        q = q * TENS[n] + digits;
        if (q >= LIMIT) {
            if (--scale < 0) return overflow();
            unsigned digit = (unsigned)(q % 10);
            q /= 10;
            if (digit > 5 || (digit == 5 && (rest || (q & 1)))) q++;
            break;
        }
    }
    if (strip)
        while (scale > 0 && !(q & 1)) {
            u128 shorter = q / 10;
            if (shorter * 10 != q) break;
            q = shorter;
            scale--;
        }
    out->m = q;
    out->scale = scale;
    out->negative = a.negative ^ b.negative;
    return 0;
}

static int compare(Value a, Value b) {
    if (!a.m && !b.m) return 0;
    if (!a.m) return b.negative ? 1 : -1;
    if (!b.m) return a.negative ? -1 : 1;
    if (a.negative != b.negative) return a.negative ? -1 : 1;
    int sign = a.negative ? -1 : 1;
    if (a.scale == b.scale) return a.m == b.m ? 0 : (a.m < b.m ? -sign : sign);
    Wide x = widen(a.m, a.scale < b.scale ? ten(b.scale - a.scale) : 1);
    Wide y = widen(b.m, b.scale < a.scale ? ten(a.scale - b.scale) : 1);
    for (int i = 2; i >= 0; i--)
        if (x.w[i] != y.w[i]) return x.w[i] < y.w[i] ? -sign : sign;
    return 0;
}

static double to_double(Value v) {
    double d = ((double)(u64)v.m + (double)(u64)(v.m >> 64) * 18446744073709551616.0) / DOUBLE_TENS[v.scale];
    return v.negative ? -d : d;
}

/* (decimal)double: fifteen significant digits. */
static int cast(double x, Value *out) {
    out->m = 0;
    out->scale = 0;
    out->negative = 0;
    if (x != x || isinf(x)) return overflow();
    if (x == 0) return 0;
    u64 raw;
    memcpy(&raw, &x, 8);
    int e = (int)((raw >> 52) & 0x7FF) - 1022;
    if (e < -94) return 0;
    if (e > 96) return overflow();
    int negative = x < 0;
    double d = negative ? -x : x;
    int power = 14 - ((e * 19728) >> 16);
    if (power >= 0) {
        if (power > MOST_SCALE) power = MOST_SCALE;
        d *= DOUBLE_TENS[power];
    } else if (power != -1 || d >= 1e15) d /= DOUBLE_TENS[-power];
    else power = 0;
    if (d < 1e14 && power < MOST_SCALE) {
        d *= 10;
        power++;
    }
    u64 mant = (u64)(int64_t)nearbyint(d);
    if (!mant) return 0;
    if (power < 0) {
        u128 m = (u128)mant * ten(-power);
        if (m >= LIMIT) return overflow();
        out->m = m;
    } else {
        while (power > 0 && mant % 10 == 0) {
            mant /= 10;
            power--;
        }
        out->m = mant;
        out->scale = power;
    }
    out->negative = negative;
    return 0;
}

/* Digits with an optional point and exponent; more than fit are rounded. */
static int parse(const char *s, Value *out) {
    u128 m = 0;
    int scale = 0, seen = 0, negative = 0, dropped = 0, first = -1, sticky = 0;
    while (*s == ' ') s++;
    if (*s == '-' || *s == '+') negative = *s++ == '-';
    int digits = 0;
    for (; *s; s++) {
        if (*s == '.' && !seen) {
            seen = 1;
            continue;
        }
        if (*s < '0' || *s > '9') break;
        digits++;
        if (!dropped && m <= (LIMIT - 1 - (unsigned)(*s - '0')) / 10 && !(seen && scale >= MOST_SCALE + 20)) {
            m = m * 10 + (unsigned)(*s - '0');
            if (seen) scale++;
        } else {
            if (first < 0) first = *s - '0';
            else if (*s != '0') sticky = 1;
            dropped++;
            if (!seen) scale--;
        }
    }
    if (!digits) goto bad;
    if (*s == 'e' || *s == 'E') {
        char *end;
        long e = strtol(s + 1, &end, 10);
        if (end == s + 1 || e > 400 || e < -400) goto bad;
        scale -= (int)e;
        s = end;
    }
    while (*s == ' ') s++;
    if (*s) goto bad;
    if (first > 5 || (first == 5 && (sticky || (m & 1)))) m++;
    while (scale < 0) {
        if (m && m > (LIMIT - 1) / 10) return overflow();
        m *= 10;
        scale++;
    }
    sticky = 0;
    while (scale > MOST_SCALE) {
        int n = scale - MOST_SCALE > 19 ? 19 : scale - MOST_SCALE;
        u128 p = ten(n), q = m / p, r = m % p;
        scale -= n;
        if (scale == MOST_SCALE && (r > p / 2 || (r == p / 2 && (sticky || (q & 1))))) q++;
        sticky |= r != 0;
        m = q;
    }
    out->m = m;
    out->scale = scale;
    out->negative = negative;
    return 0;
bad:
    PyErr_SetString(PyExc_ValueError, "not a decimal number");
    return -1;
}

static int of_int(PyObject *o, Value *out) {
    int over;
    long long n = PyLong_AsLongLongAndOverflow(o, &over);
    if (n == -1 && PyErr_Occurred()) return -1;
    if (over) {
        PyObject *text = PyObject_Str(o);
        if (!text) return -1;
        int bad = parse(PyUnicode_AsUTF8(text), out);
        Py_DECREF(text);
        return bad;
    }
    out->negative = n < 0;
    out->m = n < 0 ? (u64)0 - (u64)n : (u64)n;
    out->scale = 0;
    return 0;
}

/* 1: taken, 0: of another kind, -1: error */
static int take(PyObject *o, Value *out) {
    if (Net_Check(o)) {
        Net *n = (Net *)o;
        out->m = n->m;
        out->scale = n->scale;
        out->negative = n->negative;
        return 1;
    }
    if (PyLong_Check(o)) return of_int(o, out) ? -1 : 1;
    if (PyFloat_Check(o)) return cast(PyFloat_AS_DOUBLE(o), out) ? -1 : 1;
    return 0;
}

#define BINARY(name, function)                                  \
    static PyObject *name(PyObject *x, PyObject *y) {           \
        Value a, b, r;                                          \
        int k = take(x, &a);                                    \
        if (k > 0) k = take(y, &b);                             \
        if (k < 0) return NULL;                                 \
        if (!k) Py_RETURN_NOTIMPLEMENTED;                       \
        if (function(a, b, &r)) return NULL;                    \
        return make(r);                                         \
    }

static int subtract(Value a, Value b, Value *out) {
    b.negative ^= 1;
    return add(a, b, out);
}

BINARY(Net_add, add)
BINARY(Net_subtract, subtract)
BINARY(Net_multiply, multiply)
BINARY(Net_divide, divided)

#define SELF(o) ((Value){((Net *)(o))->m, ((Net *)(o))->scale, ((Net *)(o))->negative})

static PyObject *Net_negate(PyObject *o) {
    Value v = SELF(o);
    v.negative ^= 1;
    return make(v);
}

static PyObject *Net_absolute(PyObject *o) {
    Value v = SELF(o);
    v.negative = 0;
    return make(v);
}

static PyObject *Net_same(PyObject *o) {
    Py_INCREF(o);
    return o;
}

static int Net_bool(PyObject *o) { return ((Net *)o)->m != 0; }

static PyObject *Net_float(PyObject *o) { return PyFloat_FromDouble(to_double(SELF(o))); }

static PyObject *whole(u128 m, int negative) {
    PyObject *high = PyLong_FromUnsignedLongLong((u64)(m >> 64)), *low = PyLong_FromUnsignedLongLong((u64)m);
    PyObject *shift = PyLong_FromLong(64), *top = NULL, *r = NULL;
    if (high && low && shift) top = PyNumber_Lshift(high, shift);
    if (top) r = PyNumber_Or(top, low);
    Py_XDECREF(high);
    Py_XDECREF(low);
    Py_XDECREF(shift);
    Py_XDECREF(top);
    if (r && negative) {
        PyObject *n = PyNumber_Negative(r);
        Py_DECREF(r);
        return n;
    }
    return r;
}

static PyObject *Net_int(PyObject *o) {
    Value v = SELF(o);
    return whole(v.m / ten(v.scale), v.negative);
}

static PyObject *Net_floor(PyObject *o, PyObject *unused) {
    Value v = SELF(o);
    u128 p = ten(v.scale), q = v.m / p;
    if (v.negative && q * p != v.m) q++;
    return whole(q, v.negative);
}

static PyObject *Net_ceil(PyObject *o, PyObject *unused) {
    Value v = SELF(o);
    u128 p = ten(v.scale), q = v.m / p;
    if (!v.negative && q * p != v.m) q++;
    return whole(q, v.negative);
}

static PyObject *Net_trunc(PyObject *o, PyObject *unused) { return Net_int(o); }

static Value rounded(Value v, int digits) {
    if (v.scale > digits) {
        u128 p = ten(v.scale - digits), q = v.m / p, r = v.m % p;
        if (r > p / 2 || (r == p / 2 && (q & 1))) q++;
        v.m = q;
        v.scale = digits;
    }
    return v;
}

static PyObject *Net_round(PyObject *o, PyObject *args) {
    PyObject *places = NULL;
    if (!PyArg_ParseTuple(args, "|O", &places)) return NULL;
    if (!places || places == Py_None) {
        Value v = rounded(SELF(o), 0);
        return whole(v.m, v.negative);
    }
    long n = PyLong_AsLong(places);
    if (n == -1 && PyErr_Occurred()) return NULL;
    if (n < 0 || n > MOST_SCALE) {
        PyErr_SetString(PyExc_ValueError, "Decimal can only round to between 0 and 28 digits of precision.");
        return NULL;
    }
    return make(rounded(SELF(o), (int)n));
}

static PyObject *Net_compare(PyObject *x, PyObject *y, int op) {
    Value a = SELF(x), b;
    int c;
    if (PyFloat_Check(y)) {
        double d = PyFloat_AS_DOUBLE(y);
        if (d != d) return PyBool_FromLong(op == Py_NE);
        if (d > 7e28 || d < -7e28) c = d > 0 ? -1 : 1;
        else {
            cast(d, &b);
            c = compare(a, b);
        }
    } else {
        int k = take(y, &b);
        if (k < 0) return NULL;
        if (!k) Py_RETURN_NOTIMPLEMENTED;
        c = compare(a, b);
    }
    Py_RETURN_RICHCOMPARE(c, 0, op);
}

static Py_hash_t Net_hash(PyObject *o) {
    PyObject *f = Net_float(o);
    if (!f) return -1;
    Py_hash_t h = PyObject_Hash(f);
    Py_DECREF(f);
    return h;
}

static PyObject *Net_str(PyObject *o) {
    Value v = SELF(o);
    char digits[32], text[80];
    int n = 0, at = 0;
    u128 m = v.m;
    do {
        digits[n++] = (char)('0' + (int)(m % 10));
        m /= 10;
    } while (m);
    while (n <= v.scale) digits[n++] = '0';
    if (v.negative) text[at++] = '-';
    while (n > 0) {
        if (n == v.scale) text[at++] = '.';
        text[at++] = digits[--n];
    }
    return PyUnicode_FromStringAndSize(text, at);
}

static PyObject *Net_repr(PyObject *o) {
    PyObject *text = Net_str(o);
    if (!text) return NULL;
    PyObject *r = PyUnicode_FromFormat("NetDecimal('%U')", text);
    Py_DECREF(text);
    return r;
}

static PyObject *of_double(double x) {
    Value v;
    if (x != x || isinf(x)) {
        overflow();
        return NULL;
    }
    if (fabs(x) < 9e9) { /* short decimals, the common case, without a text */
        static const double powers[5] = {1e0, 1e2, 1e4, 1e6, 1e8};
        for (int i = 0; i < 5; i++) {
            double scaled = x * powers[i];
            if (fabs(scaled) >= 4e15) break;
            double near = nearbyint(scaled);
            if (near / powers[i] == x && fabs(near) < 1e15) {
                u64 m = (u64)fabs(near);
                int scale = i * 2;
                while (scale > 0 && m % 10 == 0) {
                    m /= 10;
                    scale--;
                }
                v.m = m;
                v.scale = scale;
                v.negative = x < 0;
                return make(v);
            }
        }
    }
    char *text = PyOS_double_to_string(x, 'r', 0, 0, NULL);
    if (!text) return NULL;
    int bad = parse(text, &v);
    PyMem_Free(text);
    return bad ? NULL : make(v);
}

static PyObject *Net_of(PyObject *type, PyObject *o) {
    if (Net_Check(o)) return Net_same(o);
    if (PyFloat_Check(o)) return of_double(PyFloat_AS_DOUBLE(o));
    Value v;
    if (PyLong_Check(o)) return of_int(o, &v) ? NULL : make(v);
    PyObject *text = PyObject_Str(o);
    if (!text) return NULL;
    int bad = parse(PyUnicode_AsUTF8(text), &v);
    Py_DECREF(text);
    return bad ? NULL : make(v);
}

static PyObject *Net_new(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    PyObject *o;
    if (!PyArg_ParseTuple(args, "O", &o)) return NULL;
    return Net_of((PyObject *)type, o);
}

static PyObject *Net_cast(PyObject *type, PyObject *o) {
    if (Net_Check(o)) return Net_same(o);
    double x = PyFloat_AsDouble(o);
    if (x == -1 && PyErr_Occurred()) return NULL;
    Value v;
    return cast(x, &v) ? NULL : make(v);
}

static PyObject *Net_raw(PyObject *type, PyObject *args) {
    PyObject *mantissa;
    int scale;
    Value v;
    if (!PyArg_ParseTuple(args, "O!i", &PyLong_Type, &mantissa, &scale)) return NULL;
    if (scale < 0 || scale > MOST_SCALE) {
        PyErr_SetString(PyExc_ValueError, "a decimal has 0 to 28 places");
        return NULL;
    }
    if (of_int(mantissa, &v)) return NULL;
    v.scale = scale;
    return make(v);
}

static PyObject *Net_padded(PyObject *o, PyObject *places) {
    long n = PyLong_AsLong(places);
    if (n == -1 && PyErr_Occurred()) return NULL;
    Value v = SELF(o);
    if (n > MOST_SCALE) n = MOST_SCALE;
    if (v.scale >= n) return Net_same(o);
    u128 p = ten((int)n - v.scale);
    if (v.m && v.m > (LIMIT - 1) / p) return Net_same(o);
    v.m *= p;
    v.scale = (int)n;
    return make(v);
}

static PyObject *Net_get_scale(PyObject *o, void *unused) { return PyLong_FromLong(((Net *)o)->scale); }
static PyObject *Net_get_mantissa(PyObject *o, void *unused) { return whole(((Net *)o)->m, 0); }
static PyObject *Net_get_negative(PyObject *o, void *unused) { return PyBool_FromLong(((Net *)o)->negative); }

static PyObject *Net_reduce(PyObject *o, PyObject *unused) {
    PyObject *text = Net_str(o);
    if (!text) return NULL;
    return Py_BuildValue("(O(N))", (PyObject *)&NetType, text);
}

static PyGetSetDef Net_getset[] = {
    {"scale", Net_get_scale, NULL, "Places after the point.", NULL},
    {"mantissa", Net_get_mantissa, NULL, "Digits as a whole number, without sign.", NULL},
    {"negative", Net_get_negative, NULL, "True below zero, and for a negative zero.", NULL},
    {NULL}};

static PyMethodDef Net_methods[] = {
    {"of", Net_of, METH_O | METH_CLASS, "A number with the digits of its shortest text."},
    {"cast", Net_cast, METH_O | METH_CLASS, "C#'s (decimal) of a double: fifteen digits."},
    {"raw", Net_raw, METH_VARARGS | METH_CLASS, "From digits and places."},
    {"padded", Net_padded, METH_O, "The same number with at least so many places."},
    {"__round__", Net_round, METH_VARARGS, "Halves to even."},
    {"__floor__", Net_floor, METH_NOARGS, ""},
    {"__ceil__", Net_ceil, METH_NOARGS, ""},
    {"__trunc__", Net_trunc, METH_NOARGS, ""},
    {"__reduce__", Net_reduce, METH_NOARGS, ""},
    {NULL}};

static PyNumberMethods Net_number = {
    .nb_add = Net_add,
    .nb_subtract = Net_subtract,
    .nb_multiply = Net_multiply,
    .nb_true_divide = Net_divide,
    .nb_negative = Net_negate,
    .nb_positive = Net_same,
    .nb_absolute = Net_absolute,
    .nb_bool = Net_bool,
    .nb_float = Net_float,
    .nb_int = Net_int,
};

static PyTypeObject NetType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "_vibetrader_netdecimal.NetDecimal",
    .tp_doc = "A .NET decimal.",
    .tp_basicsize = sizeof(Net),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = Net_new,
    .tp_dealloc = Net_dealloc,
    .tp_as_number = &Net_number,
    .tp_richcompare = Net_compare,
    .tp_hash = Net_hash,
    .tp_str = Net_str,
    .tp_repr = Net_repr,
    .tp_methods = Net_methods,
    .tp_getset = Net_getset,
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, "_vibetrader_netdecimal", ".NET's System.Decimal.", -1, NULL};

PyMODINIT_FUNC PyInit__vibetrader_netdecimal(void) {
    if (PyType_Ready(&NetType) < 0) return NULL;
    PyObject *m = PyModule_Create(&module);
    if (!m) return NULL;
    Py_INCREF(&NetType);
    if (PyModule_AddObject(m, "NetDecimal", (PyObject *)&NetType) < 0) return NULL;
    return m;
}
