"""A thin, explicit layer over llama.cpp's C interface, as bound by the package `llama-cpp-python`."""

import ctypes
import math

import llama_cpp as lc
import numpy as np

CONTROL, USER_DEFINED = 1 << 3, 1 << 4  # enum llama_token_attr


@lc.llama_log_callback
def _quiet(_level, _text, _data):
    pass


lc.llama_log_set(_quiet, ctypes.c_void_p(0))
lc.llama_backend_init()


class Oracle:
    """One model file on the CPU."""

    def __init__(self, path, threads=1, exact=False):
        """`exact`: keys and values in F32 instead of llama.cpp's default F16, no flash attention."""
        model_params = lc.llama_model_default_params()
        model_params.n_gpu_layers = 0
        self.model = lc.llama_model_load_from_file(path.encode(), model_params)
        assert self.model, f"cannot load {path}"
        params = lc.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = 4096, 4096, 4096
        params.n_threads = params.n_threads_batch = threads
        if exact:
            params.type_k = params.type_v = 0  # GGML_TYPE_F32
            params.flash_attn_type = 0  # disabled
        self.context = lc.llama_init_from_model(self.model, params)
        assert self.context, f"no context for {path}"
        self.vocab = lc.llama_model_get_vocab(self.model)
        self.size = lc.llama_vocab_n_tokens(self.vocab)

    def special_tokens(self):
        """Returns {text: id} of the control and user-defined tokens."""
        return {
            lc.llama_vocab_get_text(self.vocab, i).decode(): i
            for i in range(self.size)
            if lc.llama_vocab_get_attr(self.vocab, i) & (CONTROL | USER_DEFINED)
        }

    def tokenize(self, text):
        """Returns the ids of `text` alone: nothing added, no control token recognised."""
        data = text.encode()
        ids = (lc.llama_token * (len(data) + 16))()
        count = lc.llama_tokenize(self.vocab, data, len(data), ids, len(ids), False, False)
        assert count >= 0, text
        return list(ids[:count])

    def prompt_ids(self, parts):
        """Returns the ids of a prompt of `prompts.py`, or None if it names a token the model lacks."""
        special, ids = self.special_tokens(), []
        for part in parts:
            if isinstance(part, tuple):
                if part[0] not in special:
                    return None
                ids.append(special[part[0]])
            else:
                ids += self.tokenize(part)
        return ids

    def clear(self):
        """Forgets all that was evaluated."""
        lc.llama_memory_clear(lc.llama_get_memory(self.context), True)

    def evaluate(self, ids):
        """Evaluates `ids` in one batch after what is there; returns the last position's raw logits."""
        array = (lc.llama_token * len(ids))(*ids)
        assert lc.llama_decode(self.context, lc.llama_batch_get_one(array, len(ids))) == 0
        pointer = lc.llama_get_logits_ith(self.context, -1)
        return np.ctypeslib.as_array(pointer, (self.size,)).copy()


def logsumexp(logits):
    """Returns ln Σ exp(logits), in double precision."""
    wide = logits.astype(np.float64)
    top = wide.max()
    return float(top + math.log(np.exp(wide - top).sum()))
