// Optimizer steps; the arithmetic is in the public header.

static void adagrad(float *w, float *accumulator, const float *g, size_t n, float rate,
                    float epsilon) {
  FOR_VECTORS(n, {
    const floats gradient = load(g + i, part);
    const floats total = gradient * gradient + load(accumulator + i, part);
    store(accumulator + i, total, part);
    const floats step = rate * gradient / __builtin_elementwise_sqrt(total + epsilon);
    store(w + i, load(w + i, part) - step, part);
  });
}

static void adam(float *w, float *m, float *v, const float *g, size_t n, float alpha, float beta1,
                 float beta2, float epsilon) {
  const float share1 = 1 - beta1, share2 = 1 - beta2;
  FOR_VECTORS(n, {
    const floats gradient = load(g + i, part);
    floats first = load(m + i, part);
    floats second = load(v + i, part);
    first = (gradient - first) * share1 + first;
    second = (gradient * gradient - second) * share2 + second;
    store(m + i, first, part);
    store(v + i, second, part);
    const floats step = first * alpha / (__builtin_elementwise_sqrt(second) + epsilon);
    store(w + i, load(w + i, part) - step, part);
  });
}

static void momentum_step(float *w, float *velocity, const float *g, size_t n, float rate,
                          float momentum, bool nesterov) {
  FOR_VECTORS(n, {
    const floats step = rate * load(g + i, part);
    const floats moving = momentum * load(velocity + i, part) - step;
    store(velocity + i, moving, part);
    store(w + i, load(w + i, part) + (nesterov ? momentum * moving - step : moving), part);
  });
}
