/* The least that a call from Python into a compiled function can cost: METH_FASTCALL, no work.
 * Built by tests/bench/bridge.py with the machine's own compiler, and never shipped. */
#include <Python.h>

static PyObject *nothing(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    (void)self;
    (void)arguments;
    (void)count;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"nothing", (PyCFunction)(void (*)(void))nothing, METH_FASTCALL, "Do nothing."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "nothing",
    .m_size = 0,
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit_nothing(void)
{
    return PyModuleDef_Init(&module);
}
