"""PyTorch's autograd of SDPA: the backward pass, and the forward and the backward pass in one call."""

import torch
from torch.nn.functional import scaled_dot_product_attention as sdpa

import attnbench_engine as engine
from slices import slices


def declare(types, tensors, options):
    """Declares the kernels. `tensors(problem)` and `options(problem)` are those of the forward kernels."""

    def causal(problem):
        """SDPA with is_causal"""
        if problem.query_length != problem.key_length:
            raise engine.Refused("is_causal aligns the mask at the first key, not at the last")
        return lambda query, key, value: sdpa(query, key, value, is_causal=True, **options(problem))

    def table(problem):
        """SDPA with a table of booleans for all pairs"""
        seen = torch.from_numpy(problem.mask.matrix(problem.query_length, problem.key_length))
        return lambda query, key, value: sdpa(query, key, value, attn_mask=seen, **options(problem))

    def sliced(problem):
        """SDPA on blocks of queries and the slices of keys that they see"""
        parts = [(part, torch.from_numpy(part.bias(problem.mask))) for part in slices(problem)]

        def attend(query, key, value):
            outputs = [
                sdpa(query[:, :, part.queries], taken(key, part), taken(value, part), attn_mask=bias.to(query.dtype),
                     **options(problem))
                for part, bias in parts
            ]
            return torch.cat(outputs, 2)

        return attend

    for phase, what in (("backward", "gradients"), ("training", "forward pass and gradients")):
        for name, mask, attention in (
            ("sdpa-causal", "causal", causal),
            ("sdpa-mask-window", "sliding-window", table),
            ("sdpa-slices-window", "sliding-window", sliced),
        ):
            engine.kernel(
                f"{phase}-{name}", phase=phase, mask=mask, element_types=types,
                summary=f"{what} by autograd: {attention.__doc__}",
            )(differentiated(attention, tensors, phase == "training"))


def taken(tensor, part):
    near = tensor[:, :, part.keys]
    return torch.cat((tensor[:, :, : part.sinks], near), 2) if part.sinks else near


def differentiated(attention, tensors, is_forward_timed):
    def kernel(problem):
        attend = attention(problem)
        inputs = [tensor.requires_grad_() for tensor in tensors(problem)]
        gradient = torch.from_numpy(problem.output_gradient)
        if problem.element_type == "bfloat16":
            gradient = gradient.view(torch.bfloat16)
        outputs = []

        def forward():
            with torch.enable_grad():
                return attend(*inputs)

        def load():
            outputs[:] = [forward()]

        if is_forward_timed:
            return lambda: torch.autograd.grad(forward(), inputs, gradient)
        return engine.Prepared(lambda: torch.autograd.grad(outputs[0], inputs, gradient, retain_graph=True), load)

    return kernel
